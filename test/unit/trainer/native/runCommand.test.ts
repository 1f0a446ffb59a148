import assert from 'node:assert/strict';
import { ChildProcess } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { mock } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { runCommand } from '../../../../src/trainer/native/runCommand';

describe('A program that an installation runs', function () {
  this.timeout(20_000);

  /** Runs a script of Node.js and cancels it as soon as it runs. @returns whether it still runs once it is cancelled */
  const cancelled = async (script: string): Promise<boolean> => {
    const folder = await mkdtemp(join(tmpdir(), 'understudy-command-'));
    try {
      const stop = new AbortController();
      const written = join(folder, 'pid');
      const begin = `require('node:fs').writeFileSync(${JSON.stringify(written)}, process.pid + ' ');`;
      const running = runCommand(process.execPath, ['-e', `${script}; ${begin}`], {
        signal: stop.signal,
        patience: 500,
      });
      let pid = '';
      while (!pid.endsWith(' ')) {
        await setTimeout(20);
        pid = await readFile(written, 'utf8').catch(() => '');
      }
      stop.abort(new Error('cancelled by the user'));
      await assert.rejects(running, /^Error: cancelled by the user$/);
      return isRunning(Number(pid));
    } finally {
      await rm(folder, { recursive: true });
    }
  };
  const isRunning = (pid: number): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };

  it('is understood also where a character arrives in two pieces', async () => {
    const [first, ...rest] = Buffer.from('张');
    const write = (bytes: readonly number[]) => `process.stdout.write(Buffer.from(${JSON.stringify(bytes)}))`;
    const script = `${write([first])}; setTimeout(() => ${write(rest)}, 200)`;
    assert.equal(await runCommand(process.execPath, ['-e', script]), '张');
  });

  it('has ended once it is cancelled, whether it puts something in order first or does not listen', async () => {
    const idle = 'setInterval(() => undefined, 1000)';
    const orderly = "process.on('SIGTERM', () => setTimeout(() => process.exit(1), 200))";
    const stubborn = "process.on('SIGTERM', () => undefined)";
    const listeners = process.listenerCount('exit');
    for (const script of [idle, `${idle}; ${orderly}`, `${idle}; ${stubborn}`]) {
      assert.equal(await cancelled(script), false, script);
    }
    assert.equal(process.listenerCount('exit'), listeners, 'nor is anything left of it');
  });

  it('does not begin where it is cancelled already', async () => {
    const starts = mock.method(ChildProcess.prototype as unknown as { spawn: () => number }, 'spawn');
    const signal = AbortSignal.abort(new Error('cancelled by the user'));
    try {
      const begun = async (): Promise<string> => runCommand(process.execPath, ['-e', ''], { signal });
      await assert.rejects(begun, { message: 'cancelled by the user' });
      assert.equal(starts.mock.callCount(), 0);
    } finally {
      starts.mock.restore();
    }
  });

  it('ends with the program that has started it', async () => {
    const module = JSON.stringify(resolve('src/trainer/native/runCommand.ts'));
    const own = JSON.stringify(
      'process.stderr.write(String(process.pid)); setInterval(() => undefined, 1000)',
    );
    const pid = Number(
      await runCommand(process.execPath, [
        ...['--import', 'tsx', '-e'],
        `const { stdout } = process;
        const { spawn } = require('node:child_process');
        require('node:child_process').spawn = (...given) => {
          const child = spawn(...given);
          child.stderr.once('data', (pid) => stdout.write(pid, () => process.exit(0)));
          return child;
        };
        require(${module}).runCommand(process.execPath, ['-e', ${own}]);`,
      ]),
    );
    assert.ok(pid > 0);
    // The system needs a moment to end it.
    for (let i = 0; i < 100 && isRunning(pid); i++) {
      await setTimeout(50);
    }
    assert.equal(isRunning(pid), false);
  });

  // On Windows it ends with a status.
  it('says how it was ended, and that it said nothing', async () => {
    await assert.rejects(
      runCommand(process.execPath, [
        '-e',
        'process.kill(process.pid, "SIGILL"); setInterval(() => undefined)',
      ]),
      /^Error: ".*" (was ended by SIGILL|ended with status \d+): it said nothing$/,
    );
  });
});

describe('npm on Windows, which a shell starts', () => {
  const { platform } = process;
  const { comspec, PATH: searchPath } = process.env;
  let folder: string;
  beforeEach(async function () {
    if (platform === 'win32') {
      this.skip();
    }
    folder = await mkdtemp(join(tmpdir(), 'understudy-shell-'));
    const said = (name: string): string => `"${join(folder, name)}"`;
    // These replace the programs of Windows; the second one ends a process with all that it has started.
    const programs = {
      'cmd.exe': `echo $$ > ${said('shell')}; exec sleep 60`,
      'taskkill.exe': `echo "$*" > ${said('ended')}; kill $2`,
    };
    for (const [name, script] of Object.entries(programs)) {
      await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`);
      await chmod(join(folder, name), 0o755);
    }
    // In place, as Node 26 finds programs by the environment that it began with.
    process.env['comspec'] = join(folder, 'cmd.exe');
    process.env['PATH'] = `${folder}${delimiter}${searchPath}`;
    Object.defineProperty(process, 'platform', { value: 'win32' });
  });
  afterEach(async () => {
    Object.defineProperty(process, 'platform', { value: platform });
    process.env['PATH'] = searchPath;
    if (comspec === undefined) {
      delete process.env['comspec'];
    } else {
      process.env['comspec'] = comspec;
    }
    await rm(folder, { recursive: true, force: true });
  });

  it('ends with all that the shell has started when it is cancelled, and opens no console', async () => {
    const starts = mock.method(
      ChildProcess.prototype as unknown as { spawn: (options: object) => number },
      'spawn',
    );
    const stop = new AbortController();
    const running = runCommand('npm', ['install'], { signal: stop.signal });
    let shell = '';
    while (!shell.endsWith('\n')) {
      await setTimeout(20);
      shell = await readFile(join(folder, 'shell'), 'utf8').catch(() => '');
    }
    stop.abort(new Error('cancelled by the user'));
    await assert.rejects(running, /cancelled by the user/);
    assert.equal(await readFile(join(folder, 'ended'), 'utf8'), `/pid ${shell.trim()} /t /f\n`);
    const hidden = starts.mock.calls.map((call) => Reflect.get(call.arguments[0], 'windowsHide') as unknown);
    starts.mock.restore();
    assert.deepEqual(hidden, [true, true]);
  });
});
