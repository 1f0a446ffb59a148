import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import promises from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mock } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import {
  notWritten,
  patiently,
  removeLeftovers,
  saveFile,
  writeWholeFile,
} from '../../../../src/trainer/training/saveFile';

const isFull = (code: string): boolean => ['ENOSPC', 'EDQUOT'].includes(code);

describe('A file that is written whole', () => {
  let folder: string;
  let path: string;
  const earlier = Buffer.from('what was there before');
  const later = Buffer.alloc(100_000, 'new ');
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'understudy-save-'));
    path = join(folder, 'model');
    writeFileSync(path, earlier);
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('takes the place of the earlier one, and leaves nothing beside it', async () => {
    await writeWholeFile(path, later);
    assert.deepEqual(readFileSync(path), later);
    const deeper = join(folder, 'a', 'b');
    await writeWholeFile(deeper, later.subarray(0, 10));
    assert.deepEqual(readFileSync(deeper), later.subarray(0, 10));
    assert.deepEqual(readdirSync(folder), ['a', 'model']);
  });

  it('is on the disk before it takes the place of the earlier one, at whatever moment the computer stops', async () => {
    const done: string[] = [];
    const { open, rename } = promises;
    const noted =
      <Given extends unknown[]>(name: string, work: (...given: Given) => Promise<void>) =>
      async (...given: Given): Promise<void> => {
        done.push(name);
        await work(...given);
        done.push('done');
      };
    const opened = mock.method(promises, 'open', async (...given: Parameters<typeof open>) => {
      const handle = await open(...given);
      handle.sync = noted('flush', handle.sync.bind(handle));
      handle.close = noted('close', handle.close.bind(handle));
      return handle;
    });
    const renamed = mock.method(promises, 'rename', noted('rename', rename));
    try {
      await writeWholeFile(path, later);
    } finally {
      opened.mock.restore();
      renamed.mock.restore();
    }
    assert.deepEqual(done, ['flush', 'done', 'close', 'done', 'rename', 'done']);
  });

  for (const [code, isLost] of [
    ['ENOTSUP', false],
    ['EPERM', false],
    ['ENOSPC', true],
    ['EIO', true],
  ] as const) {
    it(`is ${isLost ? 'the earlier one' : 'written all the same'} where the flush ends with ${code}`, async () => {
      const { open } = promises;
      const fault = Object.assign(new Error(`${code}, fsync`), { code });
      const opened = mock.method(promises, 'open', async (...given: Parameters<typeof open>) => {
        const handle = await open(...given);
        handle.sync = () => Promise.reject(fault);
        return handle;
      });
      try {
        await (isLost ? assert.rejects(writeWholeFile(path, later), fault) : writeWholeFile(path, later));
      } finally {
        opened.mock.restore();
      }
      assert.deepEqual(readFileSync(path), isLost ? earlier : later);
      assert.deepEqual(readdirSync(folder), ['model']);
    });
  }

  it('is written where Windows will not make the folder again, as the root of a drive', async () => {
    const fault = Object.assign(new Error('EPERM: operation not permitted, mkdir'), { code: 'EPERM' });
    const mocked = mock.method(promises, 'mkdir', () => Promise.reject(fault));
    try {
      await writeWholeFile(path, later);
      assert.deepEqual(readFileSync(path), later);
      await assert.rejects(writeWholeFile(join(folder, 'a', 'b'), later), fault);
      await assert.rejects(writeWholeFile(join(path, 'b'), later), fault);
    } finally {
      mocked.mock.restore();
    }
  });

  it('takes the place of no folder, which Windows tells as it tells of missing permission', async () => {
    const fault = Object.assign(new Error('EPERM: operation not permitted, rename'), { code: 'EPERM' });
    const mocked = mock.method(promises, 'rename', () => Promise.reject(fault));
    try {
      await assert.rejects(
        saveFile(folder, later),
        /because a folder has that name\. Give the name of a file\.$/,
      );
      assert.deepEqual(readdirSync(folder), ['model']);
    } finally {
      mocked.mock.restore();
    }
  });

  it('does not take the place of a pipe or a device, which would then be gone from the system', async function () {
    if (process.platform === 'win32') {
      this.skip();
    }
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    await assert.rejects(saveFile(pipe, later), {
      message: `${pipe} could not be written (it is not an ordinary file). What was there before is unchanged.`,
    });
    assert.ok(lstatSync(pipe).isFIFO());
    assert.deepEqual(readdirSync(folder), ['model', 'pipe']);
  });

  it('is the earlier one when the system takes only a part of it, as a full disk does', function () {
    // Linux alone lets a process limit itself while it runs.
    if (spawnSync('prlimit', ['--version']).status !== 0) {
      this.skip();
    }
    const { stdout } = spawnSync(
      process.execPath,
      ['--import', 'tsx', join(__dirname, '../../../support/limitedWrite.ts'), path],
      { encoding: 'utf8' },
    );
    assert.equal(stdout, 'EFBIG\n');
    assert.deepEqual(readFileSync(path), earlier);
    assert.deepEqual(readdirSync(folder), ['model']);
  });

  describe('while another program holds it', () => {
    const heldFor = (tries: number, code: string) => {
      let done = 0;
      return {
        work: (): Promise<void> =>
          ++done > tries ? Promise.resolve() : Promise.reject(Object.assign(new Error(code), { code })),
        tried: () => done,
      };
    };

    it('is tried again on Windows, where the other program is soon done', async () => {
      const { work, tried } = heldFor(3, 'EPERM');
      await patiently(work, true);
      assert.equal(tried(), 4);
    });

    it('fails at last, elsewhere at once, and at once for any other reason', async () => {
      const forEver = heldFor(Infinity, 'EBUSY');
      await assert.rejects(patiently(forEver.work, true), { code: 'EBUSY' });
      assert.ok(forEver.tried() > 5);
      for (const [code, isWindows] of [
        ['EPERM', false],
        ['ENOSPC', true],
      ] as const) {
        const { work, tried } = heldFor(1, code);
        await assert.rejects(patiently(work, isWindows), { code });
        assert.equal(tried(), 1);
      }
    });
  });

  it('is written where a link leads', async function () {
    if (process.platform === 'win32') {
      this.skip();
    }
    const link = join(folder, 'link');
    symlinkSync(path, link);
    await writeWholeFile(link, later);
    assert.ok(lstatSync(link).isSymbolicLink());
    assert.deepEqual(readFileSync(path), later);
    writeFileSync(`${path}.123.partial`, 'half');
    await removeLeftovers(link);
    assert.deepEqual(readdirSync(folder), ['link', 'model']);
  });

  const refusals: [codes: string[], sentence: RegExp][] = [
    [['ENOSPC', 'EDQUOT'], /^The disk is full, so .* Free some space and try again\.$/],
    [['EROFS', 'EACCES', 'EPERM'], /because its folder may not be written to\. .* Change its permissions/],
    [['ENOTDIR', 'EEXIST'], /because a file stands where a folder should be\. .* move the file away\.$/],
    [['EIO'], /could not be written \(EIO\)\. What was there before is unchanged\.$/],
  ];
  for (const [codes, message] of refusals) {
    it(`says what to do where the system says ${codes.join(' or ')}`, async () => {
      for (const code of codes) {
        const fault = Object.assign(new Error(code), { code });
        const refused = mock.method(promises, 'open', () => Promise.reject(fault));
        await assert.rejects(saveFile(path, later), { message, cause: fault }).finally(() => {
          refused.mock.restore();
        });
        assert.match(
          notWritten(path, new Error('wrapped', { cause: fault })).message,
          isFull(code) ? message : /wrapped/,
        );
      }
    });
  }

  it('says what to do on Windows where another program holds the earlier one, which is told as a missing permission', async () => {
    const { platform } = process;
    const fault = Object.assign(new Error('EPERM: operation not permitted, rename'), {
      code: 'EPERM',
      syscall: 'rename',
    });
    const mocked = mock.method(promises, 'rename', () => Promise.reject(fault));
    Object.defineProperty(process, 'platform', { value: 'win32' });
    try {
      await assert.rejects(saveFile(path, later), {
        message: `${path} could not be written, because another program has it open or it is read-only. What was there before is unchanged. Close it there, or permit writing, and try again.`,
      });
    } finally {
      Object.defineProperty(process, 'platform', { value: platform });
      mocked.mock.restore();
    }
    assert.deepEqual([readFileSync(path), readdirSync(folder)], [earlier, ['model']]);
  });

  it('is distinguished from what a killed process left beside it, and that from copies that the user keeps', async () => {
    const killed = mock.method(promises, 'rename', () => new Promise(() => undefined));
    try {
      void writeWholeFile(path, later);
      while (killed.mock.callCount() === 0) {
        await setTimeout(1);
      }
    } finally {
      killed.mock.restore();
    }
    assert.equal(readdirSync(folder).length, 2);
    writeFileSync(`${path}.1`, 'an older model');
    writeFileSync(`${path}.note`, 'a note');
    writeFileSync(join(folder, 'other.1.partial'), 'what another process is writing');
    await removeLeftovers(path);
    assert.deepEqual(readdirSync(folder), ['model', 'model.1', 'model.note', 'other.1.partial']);
  });

  it('says in a sentence that what was left of an interrupted writing cannot be removed', async () => {
    writeFileSync(`${path}.12.partial`, 'half');
    const fault = Object.assign(new Error('EACCES: permission denied, unlink'), { code: 'EACCES' });
    const refused = mock.method(promises, 'rm', () => Promise.reject(fault));
    const message = /because its folder may not be written to\. .* Change its permissions and try again\.$/;
    await assert.rejects(removeLeftovers(path), { message, cause: fault }).finally(() => {
      refused.mock.restore();
    });
  });
});
