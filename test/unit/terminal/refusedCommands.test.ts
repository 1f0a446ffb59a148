import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { COMMANDS } from '../../../src/terminal/commands';
import { runTool } from '../../../src/terminal/runTool';
import { fakeTerminal } from './fakeTerminal';
import { ownHome } from './ownHome';

describe('a command that cannot do what it is asked', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'understudy-refused-'));
  });
  ownHome(() => folder);
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  /** The terminal has no generator and no trainer, so nothing is started before the refusal. */
  const run = async (...args: string[]) => {
    const { terminal, written } = fakeTerminal();
    const status = await runTool(COMMANDS, args, terminal);
    return { status, ...written };
  };
  const refuses = async (status: number, sentence: RegExp, ...args: string[]): Promise<void> => {
    const ended = await run(...args);
    assert.deepEqual([ended.status, ended.stdout], [status, ''], ended.stderr);
    assert.match(ended.stderr, sentence);
    assert.doesNotMatch(ended.stderr, /\n\s+at /, 'The stack of the program is of no use to the user.');
  };

  it('says in one sentence that a split cannot be used', async () => {
    const split = join(folder, 'split.json');
    await writeFile(split, '{ "train": [] }');
    const sentence = /^The split .*split\.json cannot be used: it needs "train" and "test".*\n$/;
    await refuses(1, sentence, 'evaluate', folder, '--split', split);
  });

  it('keeps no model that is damaged, or for a folder that does not exist', async () => {
    const broken = join(folder, 'broken.safetensors');
    await writeFile(broken, 'not a model at all');
    await refuses(1, /broken\.safetensors.* not an Understudy model/, 'model', 'import', broken, folder);
    const model = resolve('models/base/model.safetensors');
    const missing = /^The folder .*typo cannot be read; check that it exists/;
    await refuses(1, missing, 'model', 'import', model, join(folder, 'typo'));
    assert.equal((await run('model', 'list')).stdout, '');
  });

  it('completes nothing in a file that is missing, in a folder, or past the end of a file', async () => {
    const file = join(folder, 'a.md');
    const at = (path: string, line: string) => ['complete', path, '--line', line, '--column', '1'];
    await refuses(1, /^.*a\.md cannot be read; check that it exists/, ...at(file, '1'));
    await refuses(1, /^\S+ is a folder; give a file to complete\.\n$/, ...at(folder, '1'));
    await writeFile(file, 'one line\n');
    await refuses(2, /^.*--line 9 is past the end: the file has 2 lines\./, ...at(file, '9'));
  });

  it('shows no model where there is none', () =>
    refuses(1, /^There is no model for .*nowhere/, 'model', 'show', join(folder, 'nowhere')));
});
