import assert from 'node:assert/strict';
import { LanguageModelKeys } from '../../../src/editor/languageModelKeys';

/** VS Code's secret storage, which is one for the windows on all machines. */
function secretStorage() {
  const stored = new Map<string, string>();
  return {
    get: (name: string) => Promise.resolve(stored.get(name)),
    store: (name: string, secret: string) => Promise.resolve(void stored.set(name, secret)),
    delete: (name: string) => Promise.resolve(void stored.delete(name)),
  };
}

describe('the key of a server', () => {
  it('is given to that server alone, whatever its path, until it is deleted', async () => {
    const keys = new LanguageModelKeys(secretStorage(), null);
    await keys.set('https://team.example/v1', 'secret');
    assert.equal(await keys.get('https://team.example/v2'), 'secret');
    assert.equal(await keys.get('https://team.example:8443/v1'), undefined);
    await keys.set('https://team.example', '');
    assert.equal(await keys.get('https://team.example/v1'), undefined);
  });

  it('at localhost is not given to the one at localhost of another machine', async () => {
    const secrets = secretStorage();
    const [here, there] = [null, 'login-node'].map((remote) => new LanguageModelKeys(secrets, remote));
    await here.set('http://localhost:8080/v1', 'mine');
    await here.set('https://team.example', 'ours');
    assert.equal(await there.get('http://localhost:8080/v1'), undefined);
    assert.equal(await there.get('https://team.example'), 'ours');
    await there.set('http://localhost:8080/v1', 'theirs');
    assert.equal(await here.get('http://localhost:8080/v1'), 'mine');
    assert.equal(await there.get('http://localhost:8080/v1'), 'theirs');
  });
});
