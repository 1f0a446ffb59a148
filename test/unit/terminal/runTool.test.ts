import assert from 'node:assert/strict';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineCommand } from '../../../src/terminal/command';
import { UsageError } from '../../../src/terminal/commandLine';
import { COMMANDS } from '../../../src/terminal/commands';
import { runTool } from '../../../src/terminal/runTool';
import { fakeTerminal } from './fakeTerminal';

const greet = defineCommand({
  name: 'greet',
  summary: 'Says hello.',
  details: 'Every time.',
  positionals: { names: ['NAME', 'TITLE'], required: 1 },
  options: { loud: { type: 'flag', help: 'louder' } },
  run: ({ loud }, [name], terminal) => {
    if (name === 'nobody') {
      return Promise.reject(new Error('There is nobody to greet.'));
    }
    if (name === 'both') {
      return Promise.reject(new UsageError('Choose one.'));
    }
    terminal.write(`hello ${loud ? name.toUpperCase() : name}\n`);
    return Promise.resolve();
  },
});
const list = defineCommand({
  name: 'book list',
  summary: 'Lists books.',
  positionals: { names: [], required: 0 },
  options: {},
  run: (_options, _places, terminal) => {
    terminal.write('books\n');
    return Promise.resolve();
  },
});

async function run(...args: string[]) {
  const { terminal, written } = fakeTerminal();
  return { status: await runTool([greet, list], args, terminal), ...written };
}

describe('terminal tool', () => {
  it('runs the command of one word or two', async () => {
    assert.deepEqual(await run('greet', 'ann', '--loud'), { status: 0, stdout: 'hello ANN\n', stderr: '' });
    assert.deepEqual(await run('book', 'list'), { status: 0, stdout: 'books\n', stderr: '' });
  });

  it('prints help on stdout, and before any complaint about arguments', async () => {
    const { status, stdout, stderr } = await run('greet', '--nonsense', '--help');
    assert.deepEqual([status, stderr], [0, '']);
    assert.equal(
      stdout,
      'understudy greet NAME [TITLE] [options]\n\nSays hello.\n\nEvery time.\n\n' +
        '  --loud  louder\n  --help  shows this text\n',
    );
    assert.match((await run('--help')).stdout, /greet {6}Says hello\.\n {2}book list {2}Lists books\./);
    assert.match((await run('book', '--help')).stdout, /book list/);
    const { stdout: overview } = await run('--help');
    assert.deepEqual(await run(), { status: 2, stdout: '', stderr: overview });
    assert.deepEqual([(await run('help')).stdout, (await run('-h', 'help')).stdout], [overview, overview]);
  });

  it('prints the help of the command that help is asked for', async () => {
    for (const name of [['greet'], ['book', 'list'], ['book']]) {
      const { status, stdout } = await run(...name, '--help');
      assert.deepEqual(await run('help', ...name), { status, stdout, stderr: '' });
      assert.equal((await run('--help', ...name)).stdout, stdout);
    }
    assert.equal((await run('help', 'dance')).status, 2);
  });

  it('takes --help after -- as a value', async () => {
    assert.equal((await run('greet', '--', '--help')).stdout, 'hello --help\n');
  });

  it('prints the version', async () => {
    assert.deepEqual(await run('--version'), { status: 0, stdout: '1.2.3\n', stderr: '' });
  });

  it('ends with status 2 and a hint when the arguments are wrong', async () => {
    assert.deepEqual(await run('greet'), {
      status: 2,
      stdout: '',
      stderr: 'NAME is missing.\n"understudy greet --help" shows what it takes.\n',
    });
    assert.equal((await run('greet', 'both')).status, 2);
    assert.equal((await run('dance')).stderr, '"dance" is not a command. "understudy --help" lists them.\n');
    assert.match((await run('book', 'burn')).stderr, /^"book burn" is not a command\./);
    for (const args of [[], ['book'], ['dance'], ['book', 'burn']]) {
      const { status, stdout } = await run(...args);
      assert.deepEqual([status, stdout], [2, ''], args.join(' '));
    }
  });

  it('ends with status 1 and one sentence when the command fails', async () => {
    assert.deepEqual(await run('greet', 'nobody'), {
      status: 1,
      stdout: '',
      stderr: 'There is nobody to greet.\n',
    });
  });

  it('says that the current folder is gone where a path is to be found from there', async function () {
    if (process.platform === 'win32') {
      this.skip();
    }
    const { terminal, written } = fakeTerminal();
    const here = process.cwd();
    const gone = mkdtempSync(join(tmpdir(), 'understudy-gone-'));
    process.chdir(gone);
    rmdirSync(gone);
    try {
      assert.equal(
        await runTool(COMMANDS, ['complete', 'a.md', '--line', '1', '--column', '1'], terminal),
        1,
      );
    } finally {
      process.chdir(here);
    }
    assert.equal(
      written.stderr,
      'The current folder is not there any more; go to another one and try again.\n',
    );
  });

  it('ends with status 130 when Ctrl+C ended the command', async () => {
    const { terminal, written, cancel } = fakeTerminal();
    const wait = defineCommand({
      name: 'wait',
      summary: 'Waits.',
      positionals: { names: [], required: 0 },
      options: {},
      run: (_options, _places, { signal }) => {
        cancel.abort();
        signal.throwIfAborted();
        return Promise.resolve();
      },
    });
    assert.equal(await runTool([wait], ['wait'], terminal), 130);
    assert.equal(written.stderr, 'Cancelled.\n');
  });
});
