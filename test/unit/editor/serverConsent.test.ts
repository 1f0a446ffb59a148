import assert from 'node:assert/strict';
import { allowsSending, type ConsentQuestion } from '../../../src/editor/serverConsent';
import { StoredValues } from '../../support/storedValues';

/**
 * A window whose user gives this answer to each question.
 * @param memory VS Code's, which is one for the windows on all machines
 */
function window(answer: boolean, remote: string | null = null, memory = new StoredValues()) {
  const asked: ConsentQuestion[] = [];
  const allows = (address: string): Promise<boolean> =>
    allowsSending(memory, address, remote, (question) => {
      asked.push(question);
      return Promise.resolve(answer);
    });
  return { allows, asked, memory };
}

describe('whether text may be sent to a server', () => {
  it('is asked once a server, whatever its path', async () => {
    const { allows, asked } = window(true);
    assert.ok(await allows('https://team.example/v1'));
    assert.ok(await allows('https://team.example/v2'));
    assert.deepEqual(asked, [
      { origin: 'https://team.example', address: 'https://team.example/v1', isOpen: false, remote: null },
    ]);
  });

  it('is asked again where the connection is not encrypted any more, or leads to another port', async () => {
    const { allows, asked } = window(true);
    for (const address of ['https://team.example', 'http://team.example', 'https://team.example:8443/v1']) {
      assert.ok(await allows(address));
    }
    assert.deepEqual(
      asked.map(({ origin, isOpen }) => [origin, isOpen]),
      [
        ['https://team.example', false],
        ['http://team.example', true],
        ['https://team.example:8443', false],
      ],
    );
  });

  it('is asked again after a no', async () => {
    const { allows, asked } = window(false);
    assert.equal(await allows('http://localhost:8080'), false);
    assert.equal(await allows('http://localhost:8080'), false);
    assert.equal(asked.length, 2);
    assert.equal(asked[0].isOpen, false, 'Nobody else reads along on this machine.');
  });

  it('is asked on each machine for a server at localhost, which is another one there, and once for any other server', async () => {
    const here = window(true);
    assert.ok(await here.allows('http://localhost:8080'));
    assert.ok(await here.allows('http://127.0.0.1:8080'));
    assert.ok(await here.allows('https://team.example'));
    const asked: ConsentQuestion[] = [];
    for (const remote of ['login-node', 'login-node', 'container']) {
      const there = window(true, remote, here.memory);
      for (const address of ['http://localhost:8080', 'http://127.0.0.1:8080', 'https://team.example']) {
        assert.ok(await there.allows(address));
      }
      asked.push(...there.asked);
    }
    const there = window(true, 'login-node', here.memory);
    assert.ok(await there.allows('https://other.example'));
    asked.push(...there.asked);
    assert.deepEqual(
      asked.map(({ origin, remote }) => [origin, remote]),
      [
        ['http://localhost:8080', 'login-node'],
        ['http://127.0.0.1:8080', 'login-node'],
        ['http://localhost:8080', 'container'],
        ['http://127.0.0.1:8080', 'container'],
        ['https://other.example', null],
      ],
    );
  });
});
