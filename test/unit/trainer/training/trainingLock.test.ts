import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import promises, { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { mock } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { isModelInUse, lockModel } from '../../../../src/trainer/training/trainingLock';
import { whileSecondsPass } from '../../../support/whileSecondsPass';
import { runCollecting, SmallWorkspace } from './smallJob';

describe('The lock of a model', () => {
  let folder: string;
  let modelPath: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'understudy-lock-'));
    modelPath = join(folder, 'model');
  });
  afterEach(async () => {
    mock.timers.reset();
    await rm(folder, { recursive: true, force: true });
  });

  it('is taken by only one of several that find it left by a killed process', async () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    for (let round = 0; round < 10; round++) {
      await mkdir(`${modelPath}.lock`);
      await writeFile(
        `${modelPath}.holder.json`,
        JSON.stringify({ pid, host: hostname(), since: 'long ago' }),
      );
      const attempts = await Promise.allSettled(Array.from({ length: 4 }, () => lockModel(modelPath)));
      const held = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []));
      assert.equal(held.length, 1);
      for (const attempt of attempts) {
        assert.match(attempt.status === 'rejected' ? String(attempt.reason) : 'is in use by', /is in use by/);
      }
      await held[0].release();
      assert.deepEqual(readdirSync(folder), [], 'nothing is left behind');
    }
  });

  it('is not taken from a process on another machine, of which it cannot be told whether it lives', async () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    await mkdir(`${modelPath}.lock`);
    await writeFile(
      `${modelPath}.holder.json`,
      JSON.stringify({ pid, host: 'another.machine', since: '2026-01-01T12:00:00Z' }),
    );
    await assert.rejects(lockModel(modelPath), {
      message: /^The model .* is in use by process \d+ on another\.machine since .* cancel it there\.$/,
    });
    assert.ok(existsSync(`${modelPath}.lock`));
    assert.ok(await isModelInUse(modelPath));
  });

  it('is not taken from a process that has been too busy to renew it for a while, but from one that hangs', async () => {
    await writeFile(
      `${modelPath}.holder.json`,
      JSON.stringify({ pid: process.pid, host: hostname(), since: '2026-01-01T12:00:00Z' }),
    );
    await mkdir(`${modelPath}.lock`);
    const renewed = async (secondsAgo: number): Promise<void> => {
      const time = Date.now() / 1000 - secondsAgo;
      await utimes(`${modelPath}.lock`, time, time);
    };
    await renewed(20);
    assert.ok(await isModelInUse(modelPath));
    await assert.rejects(lockModel(modelPath), { message: /is in use by/ });
    await renewed(40);
    assert.ok(!(await isModelInUse(modelPath)));
    await (await lockModel(modelPath)).release();
    assert.deepEqual(readdirSync(folder), []);
  });

  it('is not taken from a process that holds it but has not yet replaced the name of a killed one', async () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    const name = (holder: number) =>
      writeFile(
        `${modelPath}.holder.json`,
        JSON.stringify({ pid: holder, host: hostname(), since: 'long ago' }),
      );
    await name(pid);
    await mkdir(`${modelPath}.turn.lock`);
    await mkdir(`${modelPath}.lock`);
    const attempt = assert.rejects(lockModel(modelPath), {
      message: new RegExp(`is in use by process ${process.pid} `),
    });
    await setTimeout(100);
    await name(process.pid);
    rmSync(`${modelPath}.turn.lock`, { recursive: true });
    await attempt;
  });

  it('is not kept when its holder’s name cannot be written, as on a full disk', async () => {
    await mkdir(`${modelPath}.holder.json`);
    await assert.rejects(lockModel(modelPath), { message: /could not be written/ });
    assert.deepEqual(readdirSync(folder), ['model.holder.json']);
  });

  it('is given back also where its holder’s name cannot be removed, as while another program holds that file', async () => {
    const lock = await lockModel(modelPath);
    rmSync(`${modelPath}.holder.json`);
    await mkdir(`${modelPath}.holder.json`);
    await lock.release();
    assert.deepEqual(readdirSync(folder), ['model.holder.json']);
    assert.ok(!(await isModelInUse(modelPath)));
  });

  it('is named after its holder before another looks who holds it', async () => {
    const { mkdir: make, writeFile: write } = promises;
    let letName: () => void = () => undefined;
    const mayName = new Promise<void>((resolve) => (letName = resolve));
    let turns = 0;
    const turn = mock.method(promises, 'mkdir', async (...given: Parameters<typeof make>) => {
      const isSecond = String(given[0]).endsWith('.turn.lock') && ++turns === 2;
      await make(...given).catch((refusal: unknown) => {
        if (isSecond) {
          letName();
        }
        throw refusal;
      });
    });
    let begin: () => void = () => undefined;
    const hasBegun = new Promise<void>((resolve) => (begin = resolve));
    const naming = mock.method(promises, 'writeFile', async (...given: Parameters<typeof write>) => {
      begin();
      await mayName;
      await write(...given);
    });
    try {
      const first = lockModel(modelPath);
      await hasBegun;
      // Time to give its turn away, which it must not do yet.
      for (let i = 0; i < 20; i++) {
        await promises.readdir(folder);
      }
      await assert.rejects(lockModel(modelPath), {
        message: new RegExp(`is in use by process ${process.pid} `),
      });
      await (await first).release();
    } finally {
      letName();
      turn.mock.restore();
      naming.mock.restore();
    }
  });

  it('leaves nothing behind where a full disk has had room for the name of a file alone', async () => {
    const full = mock.method(promises, 'writeFile', (path: string) => {
      writeFileSync(path, '');
      return Promise.reject(Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' }));
    });
    await assert.rejects(lockModel(modelPath), { message: /^The disk is full, / }).finally(() => {
      full.mock.restore();
    });
    assert.deepEqual(readdirSync(folder), []);
  });

  it('takes the folders with it that were made for it, unless something was written there', async () => {
    const place = join(folder, 'new', 'folder', 'model');
    await (await lockModel(place)).release();
    assert.deepEqual(readdirSync(folder), []);
    await mkdir(join(folder, 'old'));
    await (await lockModel(join(folder, 'old', 'model'))).release();
    assert.deepEqual(readdirSync(folder), ['old']);
    const lock = await lockModel(place);
    await writeFile(place, 'a model');
    await lock.release();
    assert.deepEqual(readdirSync(join(folder, 'new', 'folder')), ['model']);
  });

  it('is taken where another process takes the folder away again that it had made', async () => {
    const place = join(folder, 'new', 'model');
    const makeReally = promises.mkdir;
    let removals = 0;
    const making = mock.method(promises, 'mkdir', async (...args: Parameters<typeof makeReally>) => {
      const made = await makeReally(...args);
      if (args[0] === join(folder, 'new') && removals++ < 2) {
        await promises.rmdir(join(folder, 'new'));
      }
      return made;
    });
    try {
      await (await lockModel(place)).release();
    } finally {
      making.mock.restore();
    }
    assert.ok(removals > 2);
    assert.deepEqual(readdirSync(folder), []);
  });

  it('is reported lost in a sentence, and leaves another’s lock in place', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    const lock = await lockModel(modelPath);
    await whileSecondsPass();
    lock.confirm();
    rmSync(`${modelPath}.lock`, { recursive: true });
    const others = await lockModel(modelPath);
    await whileSecondsPass();
    others.confirm();
    assert.throws(
      () => {
        lock.confirm();
      },
      { message: /^The lock of the model .* was lost: .* train again\.$/ },
    );
    await lock.release();
    assert.ok(existsSync(`${modelPath}.lock`) && existsSync(`${modelPath}.holder.json`));
    await others.release();
    assert.deepEqual(readdirSync(folder), []);
  });
});

describe('A training that loses the lock of its model', () => {
  it('fails with a sentence, and neither writes the model nor removes the resume file of another', async () => {
    const workspace = new SmallWorkspace();
    const lockPath = `${workspace.modelPath}.lock`;
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      await assert.rejects(
        runCollecting(workspace.writeVerses().job(), {
          calibrate: async () => {
            rmSync(lockPath, { recursive: true });
            await writeFile(workspace.resumePath, 'of another');
            await whileSecondsPass();
            throw new Error('not of interest');
          },
        }),
        { message: /^The lock of the model .* was lost: / },
      );
      assert.ok(!existsSync(workspace.modelPath) && existsSync(workspace.resumePath));
    } finally {
      mock.timers.reset();
      workspace.remove();
    }
  });

  it('stops at once, also while it is paused', async () => {
    const workspace = new SmallWorkspace();
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      await assert.rejects(
        runCollecting(workspace.writeVerses().job({ seconds: 3600 }), {}, ({ kind }, control) => {
          if (kind === 'step') {
            control.pause();
          } else if (kind === 'paused') {
            rmSync(`${workspace.modelPath}.lock`, { recursive: true });
            void whileSecondsPass();
          }
        }),
        { message: /^The lock of the model .* was lost: / },
      );
    } finally {
      mock.timers.reset();
      workspace.remove();
    }
  });
});
