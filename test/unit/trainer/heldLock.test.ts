import assert from 'node:assert/strict';
import promises from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mock } from 'node:test';
import { tryLock } from '../../../src/trainer/heldLock';

describe('A lock on Windows', () => {
  const { platform } = process;
  const lostError = () => new Error('lost');
  let folder: string;
  beforeEach(async () => {
    folder = await promises.mkdtemp(join(tmpdir(), 'understudy-held-'));
    Object.defineProperty(process, 'platform', { value: 'win32' });
  });
  afterEach(async () => {
    Object.defineProperty(process, 'platform', { value: platform });
    mock.restoreAll();
    await promises.rm(folder, { recursive: true, force: true });
  });

  /** Fails as Windows does while another program looks at a folder that is being removed. */
  const refuseOnce = (name: 'mkdir' | 'rmdir') => {
    const refusal = Object.assign(new Error(`EPERM: operation not permitted, ${name}`), { code: 'EPERM' });
    const { mock: calls } = mock.method(promises, name);
    calls.mockImplementationOnce(() => Promise.reject(refusal));
    return calls;
  };

  it('is taken and given back though another program looks at its folder', async () => {
    const calls = [refuseOnce('mkdir'), refuseOnce('rmdir')];
    const held = await tryLock(join(folder, 'model'), { stale: 10_000, lostError });
    assert.deepEqual(await promises.readdir(folder), ['model.lock']);
    await held?.release();
    assert.deepEqual(await promises.readdir(folder), []);
    assert.deepEqual(
      calls.map((of) => of.callCount()),
      [2, 2],
    );
  });
});
