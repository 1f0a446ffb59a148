import assert from 'node:assert/strict';
import fs from 'node:fs';
import promises from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mock } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { tryLock } from '../../../src/trainer/heldLock';

const lostError = () => new Error('lost');

describe('A lock on a memory stick', () => {
  it('stays held, although such a disk keeps times to two seconds', async () => {
    const folder = await promises.mkdtemp(join(tmpdir(), 'understudy-held-'));
    const { utimes } = fs;
    const kept: number[] = [];
    const toTwoSeconds = (time: Date) => new Date(Math.floor(time.getTime() / 2000) * 2000);
    const renewals = mock.method(
      fs,
      'utimes',
      (path: string, _: Date, modified: Date, done: fs.NoParamCallback) => {
        const time = toTwoSeconds(modified);
        kept.push(time.getTime());
        utimes(path, time, time, done);
      },
    );
    // In the second half of two seconds, as at each renewal below.
    mock.timers.enable({ apis: ['setTimeout', 'Date'], now: toTwoSeconds(new Date()).getTime() + 1000 });
    try {
      const held = await tryLock(join(folder, 'model'), { stale: 30_000, lostError });
      while (kept.length < 4 && held?.lost.aborted === false) {
        mock.timers.tick(6_000);
        await promises.stat(folder);
        await setImmediate();
      }
      assert.equal(held?.lost.aborted, false);
      await held.release();
    } finally {
      mock.timers.reset();
      renewals.mock.restore();
      await promises.rm(folder, { recursive: true, force: true });
    }
  });
});

describe('A lock on Windows', () => {
  const { platform } = process;
  const refused: { callCount(): number; restore(): void }[] = [];
  let folder: string;
  beforeEach(async () => {
    folder = await promises.mkdtemp(join(tmpdir(), 'understudy-held-'));
    Object.defineProperty(process, 'platform', { value: 'win32' });
  });
  afterEach(async () => {
    Object.defineProperty(process, 'platform', { value: platform });
    for (const calls of refused.splice(0)) {
      calls.restore();
    }
    await promises.rm(folder, { recursive: true, force: true });
  });

  /** Fails as Windows does while another program looks at a folder that is being removed. */
  const refuseOnce = (name: 'mkdir' | 'rmdir') => {
    const refusal = Object.assign(new Error(`EPERM: operation not permitted, ${name}`), { code: 'EPERM' });
    const { mock: calls } = mock.method(promises, name);
    calls.mockImplementationOnce(() => Promise.reject(refusal));
    refused.push(calls);
  };

  it('is taken and given back though another program looks at its folder', async () => {
    refuseOnce('mkdir');
    refuseOnce('rmdir');
    const held = await tryLock(join(folder, 'model'), { stale: 10_000, lostError });
    assert.deepEqual(await promises.readdir(folder), ['model.lock']);
    await held?.release();
    assert.deepEqual(await promises.readdir(folder), []);
    assert.deepEqual(
      refused.map((calls) => calls.callCount()),
      [2, 2],
    );
  });
});
