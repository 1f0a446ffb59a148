import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mock } from 'node:test';
import { installAlone } from '../../../../src/trainer/native/installAlone';
import type { InstallContext } from '../../../../src/trainer/native/installProgress';
import { CommandError } from '../../../../src/trainer/native/runCommand';
import { whileSecondsPass } from '../../../support/whileSecondsPass';

const onProgress = () => undefined;

describe('An installation into a folder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'understudy-alone-')), 'engine');
  });
  afterEach(async () => {
    mock.timers.reset();
    await rm(join(folder, '..'), { recursive: true });
  });
  const install = (work: (context: InstallContext) => Promise<string>, signal?: AbortSignal) =>
    installAlone(folder, 'The engine', { onProgress, signal }, work);

  it('holds it to its end, and gives what was installed', async () => {
    const installed = await install(async () => {
      await assert.rejects(
        install(() => Promise.resolve('twice')),
        /^Error: The engine is being installed into .* already\. Wait/,
      );
      return 'once';
    });
    assert.equal(installed, 'once');
    assert.ok(!existsSync(`${folder}.lock`));
  });

  it('says in a sentence that the folder cannot be made', async () => {
    await writeFile(folder, 'a file in its place');
    await assert.rejects(
      install(() => Promise.resolve('in vain')),
      /^Error: The engine cannot be installed into .*engine \(EEXIST.*\)\. Check that you may write there, and install again\.$/,
    );
  });

  it('says in a sentence that the disk is full, whoever has found that', async () => {
    const said = 'ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device\n';
    for (const fault of [
      Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' }),
      new Error('pip could not download it.', { cause: new CommandError('It failed.', false, said) }),
    ]) {
      await assert.rejects(
        install(() => Promise.reject(fault)),
        /^Error: The engine could not be installed into .*engine, because the disk is full\. Free some space and install again\.$/,
      );
    }
  });

  it('is cancelled by the signal of whoever asked for it', async () => {
    const cancelled = new Error('cancelled');
    const signal = AbortSignal.abort(cancelled);
    const work = ({ signal: heard }: InstallContext) => Promise.reject(heard?.reason as Error);
    await assert.rejects(install(work, signal), cancelled);
  });

  it('is stopped, with a sentence, when the lock of the folder is lost, and leaves another’s lock in place', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    let isStopped = false;
    const installing = install(async ({ signal }) => {
      rmSync(`${folder}.lock`, { recursive: true });
      await writeFile(`${folder}.lock`, 'of another');
      await whileSecondsPass();
      isStopped = signal?.aborted === true;
      return 'in vain';
    });
    await assert.rejects(installing, {
      message:
        /^The engine is no longer being installed into .*, as the lock of that folder was lost, .* install again\.$/,
    });
    assert.ok(isStopped && existsSync(`${folder}.lock`));
  });
});
