import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { kernelBytes } from '../../support/kernelBytes';

const cli = join(__dirname, '../../../src/cli.ts');

/** Runs the tool from its sources, in its own folder, which also keeps its models. */
function run(folder: string, ...args: string[]): Promise<Ended> {
  return runUntil(null, folder, args);
}

/** A pipe, open for writing without waiting, once somebody reads it. */
async function whenRead(pipe: string): Promise<number> {
  for (;;) {
    try {
      return openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch (error) {
      assert.equal((error as NodeJS.ErrnoException).code, 'ENXIO');
      await sleep(50);
    }
  }
}

interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** @param mark when this is on stderr, the process is asked to end; null lets it run */
function runUntil(
  mark: string | null,
  folder: string,
  args: readonly string[],
  signal: NodeJS.Signals = 'SIGTERM',
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', cli, ...args], {
      cwd: join(__dirname, '../../..'),
      env: { ...process.env, UNDERSTUDY_HOME: join(folder, 'home'), TMPDIR: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
      if (mark !== null && stderr.includes(mark)) {
        // As by `timeout`: to the process, and then to its whole group.
        child.kill(signal);
        setTimeout(() => child.kill(signal), 2);
        mark = null;
      }
    });
    child.on('error', reject);
    child.on('close', (status) => {
      resolve({ status: status ?? -1, stdout, stderr });
    });
  });
}

describe('understudy in a terminal', function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'understudy-cli-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('lists its commands', async () => {
    const { status, stdout, stderr } = await run(folder, '--help');
    assert.deepEqual([status, stderr], [0, '']);
    for (const name of ['try', 'train', 'complete', 'generate', 'evaluate', 'model import']) {
      assert.match(stdout, new RegExp(`^ {2}${name} `, 'm'));
    }
  });

  it('names an option that is out of range, on stderr, with status 2, and shows no stack of the program', async () => {
    const { status, stdout, stderr } = await run(folder, 'generate', '--prompt', 'a', '--top-p', '1.5');
    assert.deepEqual([status, stdout], [2, '']);
    assert.match(stderr, /^--top-p takes a number from 0\.01 to 1, not "1\.5"\./);
    assert.doesNotMatch(stderr, /\n\s+at /);
  });

  for (const [signal, occasion] of [
    ['SIGTERM', 'by timeout'],
    ['SIGHUP', 'when its terminal is closed'],
  ] as const) {
    it(`tidies up and ends with status 130 when it is asked to end, as ${occasion}`, async function () {
      if (process.platform === 'win32') {
        this.skip();
      }
      await kernelBytes();
      await writeFile(
        join(folder, 'a.txt'),
        'The keeper of the lamp walked along the harbour wall again.\n'.repeat(2000),
      );
      await writeFile(join(folder, 'b.txt'), 'Another text.\n'.repeat(200));
      await writeFile(join(folder, 'split.json'), '{ "train": ["b.txt"], "test": ["a.txt"] }');
      const args = ['evaluate', folder, '--split', 'split.json'];
      const { status, stdout, stderr } = await runUntil('Training on', folder, args, signal);
      assert.deepEqual([status, stdout], [130, ''], stderr);
      assert.match(stderr, /\nCancelled\.\n$/);
      const left = (await readdir(folder)).filter((name) => name.startsWith('understudy-'));
      assert.deepEqual(left, []);
    });
  }

  it('ends when it is asked to a second time, even where it waits for a pipe that nobody writes to', async function () {
    if (process.platform === 'win32') {
      this.skip();
    }
    const pipe = join(folder, 'pipe.md');
    execFileSync('mkfifo', [pipe]);
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', cli, 'complete', pipe, '--line', '1', '--column', '1'],
      {
        stdio: 'ignore',
        env: { ...process.env, UNDERSTUDY_HOME: folder },
      },
    );
    // Once it waits for the pipe; before, Ctrl+C would end it in any case.
    const writer = await whenRead(pipe);
    const asking = setInterval(() => child.kill('SIGINT'), 500);
    const signal = await new Promise((resolve) => {
      child.on('exit', (_status, by) => {
        resolve(by);
      });
    });
    clearInterval(asking);
    closeSync(writer);
    assert.equal(signal, 'SIGINT');
  });

  it('ends at the first Ctrl+C while it reads a prompt that goes on', async function () {
    if (process.platform === 'win32') {
      this.skip();
    }
    const child = spawn(process.execPath, ['--import', 'tsx', cli, 'generate', '--prompt', '-'], {
      cwd: join(__dirname, '../../..'),
      env: { ...process.env, UNDERSTUDY_HOME: join(folder, 'home') },
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const ended = new Promise((resolve) => {
      child.on('close', resolve);
    });
    // More than a pipe holds, so that it is read once all of it is written.
    await new Promise((resolve) =>
      child.stdin.write('The lamp in the east window. '.repeat(40_000), resolve),
    );
    child.kill('SIGINT');
    const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
    assert.deepEqual([await ended, stderr], [130, 'Cancelled.\n']);
    clearTimeout(late);
  });

  for (const [code, system] of [
    ['EPIPE', 'Unix'],
    ['EOF', 'Windows'],
  ]) {
    it(`ends without a word once nobody reads its result any more, as ${system} says by ${code}`, () => {
      const closed = `
        process.stdout._write = (chunk, encoding, done) => {
          done(Object.assign(new Error('write ${code}'), { code: '${code}' }));
        };`;
      const preload = `data:text/javascript,${encodeURIComponent(closed)}`;
      const { status, stderr } = spawnSync(
        process.execPath,
        ['--import', 'tsx', '--import', preload, cli, 'model', 'list', '--json'],
        { env: { ...process.env, UNDERSTUDY_HOME: join(folder, 'home') }, encoding: 'utf8' },
      );
      assert.deepEqual([status, stderr], [0, '']);
    });
  }

  it('says in one sentence that its result cannot be written, as on a full disk, and not that nobody reads its progress', function () {
    if (process.platform !== 'linux') {
      this.skip();
    }
    const full = openSync('/dev/full', 'w');
    try {
      const runWith = (stdout: number | 'pipe', stderr: number | 'pipe', ...args: string[]) =>
        spawnSync(process.execPath, ['--import', 'tsx', cli, ...args], {
          cwd: join(__dirname, '../../..'),
          env: { ...process.env, UNDERSTUDY_HOME: join(folder, 'home') },
          stdio: ['ignore', stdout, stderr],
          encoding: 'utf8',
        });
      const unwritten = runWith(full, 'pipe', '--help');
      assert.equal(unwritten.status, 1);
      assert.match(unwritten.stderr, /^The result could not be written to stdout \(ENOSPC: .*\)\.\n$/);
      const unread = runWith('pipe', full, 'model', 'list', '--json');
      assert.deepEqual([unread.status, unread.stdout], [0, '[]\n']);
      assert.equal(runWith('pipe', full, 'no-such-command').status, 2);
    } finally {
      closeSync(full);
    }
  });
});
