import assert from 'node:assert/strict';
import { existsSync, mkdirSync } from 'node:fs';
import { copyFile, link, mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeCheckpoint } from '../../../src/model/checkpoint/checkpoint';
import type { NetworkConfig } from '../../../src/model/networkConfig';
import { COMMANDS } from '../../../src/terminal/commands';
import type { EvaluationReport } from '../../../src/terminal/evaluation';
import { runTool } from '../../../src/terminal/runTool';
import { InterruptedError } from '../../../src/terminal/terminal';
import { kernelBytes } from '../../support/kernelBytes';
import { shippedTokenizer } from '../../support/shippedTokenizer';
import { smallModelBytes } from '../../support/smallModel';
import { randomWeights } from '../model/network/randomWeights';
import { fakeTerminal } from './fakeTerminal';
import { ownHome } from './ownHome';

const root = join(__dirname, '../../..');
/** So small that a step takes milliseconds. */
const tiny = ['--engine', 'wasm', '--hidden-size', '32', '--embedding-size', '32'];

describe('terminal commands from the folder to the result', function () {
  // Only a hanging process takes this long.
  this.timeout(600_000);
  let folder: string;
  let text: string;

  beforeEach(async () => {
    // What the commands print has no links, and the temporary folder of macOS lies behind one.
    folder = await realpath(await mkdtemp(join(tmpdir(), 'understudy-commands-')));
    text = join(folder, 'text');
    await mkdir(text);
    await writeFile(join(folder, 'kernel.wasm'), await kernelBytes());
  });
  ownHome(() => folder);
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  async function run(...args: string[]) {
    return runIn(offer(), ...args);
  }

  async function runIn({ terminal, written }: ReturnType<typeof fakeTerminal>, ...args: string[]) {
    const status = await runTool(COMMANDS, args, terminal);
    return { status, ...written };
  }

  function offer(generator = 'generatorWorker.mjs', trainer = 'test/support/gainingTrainer.ts') {
    return fakeTerminal(undefined, {
      trainer: join(root, trainer),
      generator: join(root, 'test/support', generator),
      kernel: join(folder, 'kernel.wasm'),
      tokenizer: join(root, 'models/base/tokenizer.json'),
      root,
    });
  }

  async function writeChapters(count: number): Promise<string[]> {
    const names = Array.from({ length: count }, (_, i) => `chapter-${i}.md`);
    for (const [i, name] of names.entries()) {
      const lines = Array.from(
        { length: 40 },
        (_, n) => `In chapter ${i}, the keeper of lamp ${n * (i + 3)} walked along the harbour wall again.`,
      );
      await writeFile(join(text, name), `${lines.join('\n')}\n`);
    }
    return names;
  }

  it('find nothing to learn from in an empty folder', async () => {
    const { status, stdout, stderr } = await run('train', text, '--seconds', '1');
    assert.deepEqual([status, stdout], [1, '']);
    assert.match(stderr, /^There is no text to learn from in .*: it holds no files\.\n$/);
  });

  it('say why a folder of binaries gives nothing to learn from', async () => {
    await writeFile(join(text, 'a.bin'), Buffer.from([0, 1, 2, 0, 255, 7]));
    const { status, stderr } = await run('try', text, '--seconds', '1');
    assert.equal(status, 1);
    assert.match(
      stderr,
      /^There is no text to learn from in .*: what is there was left out \(not text\)\.\n$/,
    );
  });

  it('say that a folder is missing, and note nothing for it', async () => {
    const { status, stderr } = await run('train', join(text, 'none'), '--seconds', '1');
    assert.equal(status, 1);
    assert.match(stderr, /^The folder .*none cannot be read; check that it exists/);
    assert.deepEqual(await readdir(folder), ['kernel.wasm', 'text']);
  });

  it('keep nothing of a training for which there was too little text', async () => {
    await writeFile(join(text, 'a.txt'), 'Only a few words stand here.\n');
    const { status, stderr } = await run('train', text, '--seconds', '1');
    assert.equal(status, 1);
    assert.match(stderr, /^There is too little text to learn from in /);
    assert.deepEqual(await readdir(join(folder, 'home')), []);
  });

  it('train a model that is listed, shown, exported, used and deleted', async () => {
    await writeChapters(8);
    const trained = await run('train', text, '--seconds', '2', ...tiny);
    assert.equal(trained.status, 0, trained.stderr);
    assert.match(
      trained.stdout,
      /^[\d,]+ steps? with wasm.*\n[\d.]+ bits per byte on .* kept aside\n(?:.*\n)?model: /,
    );
    assert.match((await run('model', 'list')).stdout, /^[0-9a-f]{16} .*text\n$/);
    assert.match(
      (await run('model', 'show', text)).stdout,
      /network {3}lstm, one layer, hidden size 32, embedding size 32/,
    );

    const file = join(folder, 'exported.safetensors');
    assert.equal((await run('model', 'export', file, text)).stdout, `${file}\n`);
    const again = await run('model', 'export', file, text);
    assert.equal(again.status, 1);
    assert.match(
      again.stderr,
      /exported\.safetensors exists already, so nothing was written\. .*--force\.\n$/,
    );
    assert.equal((await run('model', 'export', file, text, '--force')).stdout, `${file}\n`);
    const generate = ['generate', '--prompt', 'In chapter 1,', '--seed', '1', '--max-new-tokens', '8'];
    const generated = await run(...generate, '--folder', text);
    assert.equal(generated.status, 0, generated.stderr);
    assert.ok(generated.stdout.trim().length > 0);
    assert.equal((await run(...generate, '--folder', text, '--model', file)).stdout, generated.stdout);

    assert.equal((await run('model', 'delete', text)).status, 0);
    assert.match((await run('model', 'show', text)).stderr, /^There is no model for \S+text; /);
    const byKey = await run('model', 'show', '0123456789abcdef');
    assert.match(byKey.stderr, /^There is no model for 0123456789abcdef; /);
  });

  it('say that the name of the file is missing where a folder or a key is given in its place', async () => {
    for (const [given, what] of [
      [text, 'a folder'],
      ['0123456789abcdef', 'the key of a model'],
    ]) {
      const { status, stderr } = await run('model', 'export', given);
      assert.equal(status, 2);
      const [sentence] = stderr.split('\n');
      const right = `write "understudy model export model.safetensors ${given}" to export its model.`;
      assert.equal(sentence, `FILE comes first, and ${given} is ${what}; ${right}`);
    }
  });

  it('say that nothing could be generated, and write nothing else', async () => {
    const generate = ['generate', '--folder', text, '--prompt'];
    const ended = await runIn(offer('scriptedWorker.mjs'), ...generate, 'ENDED');
    assert.deepEqual([ended.status, ended.stdout], [0, '']);
    assert.match(ended.stderr, /^Nothing was generated, .*; give another or a longer --prompt\.\n$/);
    const written = await runIn(offer('scriptedWorker.mjs'), ...generate, 'The');
    assert.deepEqual([written.stdout, written.stderr], ['one two\n', '']);
  });

  it('generate the same after line ends of Windows', async () => {
    await writeChapters(4);
    const generate = (prompt: string) => {
      const offered = offer();
      const terminal = { ...offered.terminal, readStdin: () => Promise.resolve(prompt) };
      const options = ['--seed', '1', '--max-new-tokens', '8', '--folder', text, '--prompt', '-'];
      return runIn({ ...offered, terminal }, 'generate', ...options);
    };
    const { stdout } = await generate('In chapter 1,\nchapter 2,\n');
    assert.notEqual(stdout.trim(), '');
    assert.equal((await generate('In chapter 1,\r\nchapter 2,\r\n')).stdout, stdout);
  });

  it('try a folder: what is read, ghost text in what was not trained on, the score, and what to do next', async () => {
    await writeChapters(8);
    const { status, stdout, stderr } = await run('try', text, '--seconds', '2', ...tiny);
    assert.equal(status, 0, stderr);
    const [, plan, heldOut, lines, score, next] =
      /^([^]+)\n(Keeps .* aside to measure on.*)\n[^]*\n(Ghost text in texts that were kept aside[^]+)\n\n(Score on .*)\n\n(.*)\n$/.exec(
        stdout,
      ) ?? assert.fail(stdout);
    assert.match(plan, /Reads 8 files, .*:\n( +[\d.]+ kB {2}chapter-\d\.md\n){8}/);
    const files = new Set([...lines.matchAll(/^(chapter-\d\.md):\d+$/gm)].map(([, name]) => name));
    assert.match(heldOut, new RegExp(` of ${files.size} files? aside`));
    assert.match(lines, /\n {2}typed {6}.+\n {2}suggested {2}.+\n {2}really {5}.+/);
    assert.match(score, /: [\d.]+ before training, [\d.]+ after \([\d.]+ % (?:fewer|more)\)\.$/);
    assert.match(next, /^VS Code keeps models of its own, which Train on Workspace makes\./);
    assert.ok(next.endsWith(`npm run vscode -- ${text}`), next);
    const again = await runIn(
      offer('generatorWorker.mjs', 'test/support/losingTrainer.ts'),
      ...['try', text, '--seconds', '1', ...tiny],
    );
    assert.match(
      again.stdout,
      /\nThe model of an earlier training is better on texts kept aside, so it stays\.\n/,
    );
    assert.ok(again.stdout.includes(`\n${score}\n`), again.stdout);
  });

  it('use another base model until the shipped one is wanted again', async () => {
    const shipped = join(root, 'models/base/model.safetensors');
    assert.equal((await run('model', 'base')).stdout, `${shipped} (shipped)\n`);
    const imported = await run('model', 'base', join(root, 'test/fixtures/keras/cluster.keras'));
    assert.match(imported.stdout, /home[\\/]base[\\/]model\.safetensors\n$/);
    assert.equal((await run('model', 'list')).stdout, '');
    const refused = await run('model', 'base', join(root, 'test/fixtures/keras/gpt.keras'));
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /gpt\.keras.* choose it as language model instead\.\n$/);
    assert.equal((await run('model', 'base')).stdout, imported.stdout);
    assert.equal((await run('model', 'base', 'x.keras', '--shipped')).status, 2);
    assert.equal((await run('model', 'base', '--shipped')).stdout, `${shipped} (shipped)\n`);
  });

  it('complete a line that the folder has said before', async () => {
    const [name] = await writeChapters(2);
    const file = join(folder, 'text', 'draft.md');
    await writeFile(file, 'the keeper of lamp 3 walked along the harb');
    const { status, stdout, stderr } = await run('complete', file, '--line', '1', '--column', '43');
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^our wall/, name);
  });

  it('say how to give the vocabulary of a language model that has none beside it', async () => {
    const [name] = await writeChapters(1);
    const half = join(folder, 'gpt.keras');
    await copyFile(join(root, 'test/fixtures/keras/gpt.keras'), half);
    const place = ['complete', join(text, name), '--line', '1', '--column', '5', '--half', half];
    const { status, stderr } = await run(...place);
    assert.equal(status, 1);
    assert.match(
      stderr,
      /^gpt\.keras has no vocabulary beside it to .* \(in a terminal by --vocabulary\)\.\n$/,
    );
    const vocabulary = join(root, 'test/fixtures/keras/gpt.characters.json');
    const given = await run(...place, '--vocabulary', vocabulary);
    assert.equal(given.status, 0, given.stderr);
  });

  it('show how far they have read a folder, which may be a large one', async () => {
    const [name] = await writeChapters(2);
    const place = ['complete', join(text, name), '--line', '1', '--column', '4'];
    const { stderr } = await runIn(fakeTerminal(80, offer().terminal.product), ...place);
    assert.match(stderr, /\rReading… 2 files, 5\.\d kB *\r +\r/);
  });

  it('complete without a server that does not answer, and say so', async () => {
    const [name] = await writeChapters(2);
    const place = ['complete', join(text, name), '--line', '41', '--column', '1', '--eagerness', '1'];
    const { status, stderr } = await run(...place, '--half', 'http://127.0.0.1:1');
    assert.equal(status, 0, stderr);
    assert.match(
      stderr,
      /^The server at 127\.0\.0\.1:1 cannot be reached: .* suggestions come without it\.\n/,
    );
    assert.doesNotMatch(stderr, /^With /m);
  });

  it('complete a file that may hold secrets, by its name or its text, without the language model', async () => {
    await writeChapters(1);
    const token = `TOKEN=ghp_${'a1B2c3'.repeat(6)}`;
    for (const [name, content] of [
      ['.env', 'TOKEN=the keeper of lamp'],
      ['notes.md', `The keeper of lamp\n${token}\n`],
    ]) {
      const file = join(folder, 'text', name);
      await writeFile(file, content);
      const place = ['complete', file, '--line', '1', '--column', '8', '--half', 'http://127.0.0.1:1'];
      const { status, stderr } = await run(...place);
      assert.equal(status, 0, stderr);
      const note = `${name} may hold a password or key, so the language model is not asked.\n`;
      assert.ok(stderr.startsWith(note), stderr);
      assert.doesNotMatch(stderr, /127\.0\.0\.1/);
    }
  });

  it('write no model over a text, a folder or a device', async () => {
    const names = await writeChapters(3);
    const chapter = join(text, names[0]);
    const split = join(folder, 'split.json');
    await writeFile(split, JSON.stringify({ train: names.slice(1), test: names.slice(0, 1) }));
    const before = await readFile(chapter);
    for (const command of [
      ['train', text, '--seconds', '2', ...tiny],
      ['evaluate', text, '--split', split, '--seconds', '2', ...tiny],
    ]) {
      const overText = await run(...command, '--out', chapter);
      assert.deepEqual([overText.status, overText.stdout], [2, '']);
      assert.match(
        overText.stderr,
        /^--out .*chapter-0\.md is there and is not a model, so it is not overwritten/,
      );
      const overFolder = await run(...command, '--out', text);
      assert.equal(overFolder.status, 2);
      assert.match(overFolder.stderr, /^--out .*text is a folder; give the name of a file\./);
      if (process.platform !== 'win32') {
        const overDevice = await run(...command, '--out', '/dev/null');
        assert.equal(overDevice.status, 2);
        assert.match(overDevice.stderr, /^--out \/dev\/null is not an ordinary file; give the name of one/);
      }
    }
    assert.deepEqual(await readFile(chapter), before);
  });

  it('keep how far a training is in the place of no other file', async () => {
    await writeChapters(3);
    const out = join(folder, 'model');
    await writeFile(`${out}.resume`, 'Studied in Bologna.\n');
    const { status, stdout, stderr } = await run('train', text, '--out', out, '--seconds', '1', ...tiny);
    assert.deepEqual([status, stdout], [2, '']);
    assert.match(
      stderr,
      /^--out .*model needs the name model\.resume, too, to keep how far the training is, and/,
    );
    assert.equal(await readFile(`${out}.resume`, 'utf8'), 'Studied in Bologna.\n');
  });

  it('say at once that a model to be measured or used cannot be', async () => {
    const names = await writeChapters(3);
    const split = join(folder, 'split.json');
    await writeFile(split, JSON.stringify({ train: names.slice(1), test: names.slice(0, 1) }));
    const model = join(folder, 'cut.safetensors');
    const whole = await readFile(join(root, 'models/base/model.safetensors'));
    await writeFile(model, whole.subarray(0, whole.length / 2));
    const { terminal, written } = offer();
    // The refusal comes before anything is scored, for which these would be needed.
    const product = { ...terminal.product, kernel: '/nowhere/kernel.wasm' };
    const evaluated = (path: string) =>
      runTool(COMMANDS, ['evaluate', text, '--split', split, '--model', path], { ...terminal, product });
    assert.deepEqual([await evaluated(model), written.stdout], [1, '']);
    assert.match(written.stderr, /^The model ".*cut\.safetensors" is truncated: .*train again\.\n$/);
    written.stderr = '';
    const foreign = join(folder, 'foreign.safetensors');
    await writeFile(foreign, smallModelBytes(1));
    assert.deepEqual([await evaluated(foreign), written.stdout], [1, '']);
    assert.match(
      written.stderr,
      /^The model ".*foreign\.safetensors" was trained with another tokenizer than .*Train it again\.\n$/,
    );
    const used = await run('generate', '--prompt', 'In', '--folder', text, '--model', model);
    assert.deepEqual([used.status, used.stdout], [1, '']);
    assert.match(used.stderr, /^The model "cut\.safetensors" is truncated: .*train again\.\n$/);
  });

  it('say before anything is measured that an evaluation has nowhere to write its model', async () => {
    const names = await writeChapters(3);
    const split = join(folder, 'split.json');
    await writeFile(split, JSON.stringify({ train: names.slice(1), test: names.slice(0, 1) }));
    const place = join(folder, 'kept.safetensors');
    const variable = process.platform === 'win32' ? 'TEMP' : 'TMPDIR';
    const temporary = tmpdir();
    process.env[variable] = join(folder, 'gone');
    try {
      const { status, stderr } = await run('evaluate', text, '--split', split, '--out', place);
      assert.deepEqual([status, (await readdir(folder)).filter((name) => name.startsWith('kept'))], [1, []]);
      assert.match(
        stderr,
        /^Temporary files cannot be written into .*gone; name another .* variable \w+\.\n$/,
      );
    } finally {
      process.env[variable] = temporary;
    }
    const { status, stderr } = await run(
      ...['evaluate', text, '--split', split, '--out', join(split, 'kept.safetensors')],
    );
    assert.equal(status, 1);
    assert.match(stderr, /^\S+kept\.safetensors could not be written/);
  });

  it('say before anything is read that the engine asked for is not installed', async () => {
    const { terminal, written } = offer();
    const product = { ...terminal.product, root: folder, trainer: join(folder, 'dist', 'trainer.js') };
    const help = {
      native:
        /^The native engine is not installed\. Run .*"Understudy: Install Native Engine" \(or "npm run native" in a checkout\)\.\n$/,
      webgpu: /^The WebGPU engine is not installed\. Run .*"npm ci".*\n$/,
    };
    for (const command of [['train'], ['try'], ['evaluate', '--split', join(folder, 'no-such-split.json')]]) {
      for (const [engine, sentence] of Object.entries(help)) {
        written.stderr = '';
        const args = [...command, text, '--engine', engine];
        const status = await runTool(COMMANDS, args, { ...terminal, product });
        assert.deepEqual([status, written.stdout], [1, ''], args.join(' '));
        assert.match(written.stderr, sentence);
      }
    }
  });

  it('say before anything is measured that the engine does not load here, or may not take the memory that it needs', async () => {
    const names = await writeChapters(3);
    const split = join(folder, 'split.json');
    await writeFile(split, JSON.stringify({ train: names.slice(1), test: names.slice(0, 1) }));
    for (const args of [[], ['--engine', 'wasm']]) {
      const large = ['--max-memory', '256', '--layers', '3', '--hidden-size', '1024', '--threads', '1'];
      const { status, stdout, stderr } = await run('evaluate', text, '--split', split, ...large, ...args);
      assert.deepEqual([status, stdout], [1, '']);
      assert.match(
        stderr,
        /^Training on 2 files.*\n.*Training by the wasm engine needs about .* may take 256 MB\..*\n$/,
      );
    }
  });

  it('say what to do when the process of the trainer is killed, as when memory runs out', async function () {
    if (process.platform === 'win32') {
      this.skip();
    }
    const names = await writeChapters(3);
    const split = join(folder, 'split.json');
    await writeFile(split, JSON.stringify({ train: names.slice(1), test: names.slice(0, 1) }));
    const nexts = {
      train: /What it saved is kept: the same command goes on from there\. If memory ran out, .*--max-memory/,
      try: /Nothing was trained yet: run the command again\. If memory ran out, .*--max-memory/,
      evaluate:
        /An evaluation keeps nothing of it: run the command again\. If memory ran out, .*--max-memory/,
    };
    for (const [command, next] of Object.entries(nexts)) {
      const args = command === 'evaluate' ? ['--split', split, '--keystrokes', '100'] : [];
      const offered = offer('generatorWorker.mjs', 'test/support/dyingTrainer.ts');
      const { status, stderr } = await runIn(offered, command, text, '--engine', 'wasm', ...args);
      assert.equal(status, 1);
      const [end] = stderr.split('\n').slice(-2);
      assert.match(end, /^The trainer's process ended unexpectedly, by SIGKILL\. /);
      assert.match(end, next);
    }
  });

  it('evaluate nothing on test files without text', async () => {
    const split = join(folder, 'split.json');
    await writeFile(join(text, 'empty.md'), '');
    await writeFile(split, JSON.stringify({ train: await writeChapters(2), test: ['empty.md'] }));
    const { status, stdout, stderr } = await run('evaluate', text, '--split', split, '--json');
    assert.deepEqual([status, stdout], [1, '']);
    assert.match(stderr, /its test files are empty, so there is nothing to measure on\.\n$/);
  });

  it('end with status 130 when Ctrl+C comes while they write', async () => {
    await writeChapters(2);
    const generating = offer();
    const terminal = {
      ...generating.terminal,
      write: (part: string) => {
        generating.terminal.write(part);
        generating.cancel.abort();
      },
    };
    const generated = await runIn(
      { ...generating, terminal },
      ...['generate', '--prompt', 'In chapter 1,', '--folder', text, '--max-new-tokens', '1000'],
    );
    assert.equal(generated.status, 130, generated.stderr);
    assert.match(generated.stdout, /\n$/);
  });

  it('go on from what a training saved when it was asked to end, and not when the user cancelled it', async () => {
    await writeChapters(8);
    const out = join(folder, 'kept.safetensors');
    const trainUntil = async (isEnough: (stderr: string) => boolean, reason?: Error) => {
      const offered = fakeTerminal(200, offer().terminal.product);
      const training = runIn(offered, 'train', text, '--out', out, '--seconds', '60', ...tiny);
      while (!isEnough(offered.written.stderr)) {
        await sleep(50);
      }
      offered.cancel.abort(reason);
      const { status, stderr } = await training;
      assert.deepEqual([status, stderr.endsWith('Cancelled.\n')], [130, true], stderr);
      assert.equal(stderr.includes('What it saved is kept: the same command goes on'), reason !== undefined);
      return (await readdir(folder)).filter((name) => name.startsWith('kept'));
    };
    const resume = 'kept.safetensors.resume';
    assert.deepEqual(await trainUntil(() => existsSync(join(folder, resume)), new InterruptedError()), [
      resume,
    ]);
    assert.deepEqual(await trainUntil((stderr) => stderr.includes('Goes on from step')), []);
  });

  it('evaluate as one JSON object their own training, whatever model was kept there before, and then that model again', async () => {
    const names = await writeChapters(6);
    const split = join(folder, 'split.json');
    const model = join(folder, 'kept.safetensors');
    await writeFile(split, JSON.stringify({ train: names.slice(0, 5), test: names.slice(5) }));
    const evaluate = async (...args: string[]): Promise<EvaluationReport> => {
      const common = ['evaluate', text, '--split', split, '--keystrokes', '100', '--json'];
      const { status, stdout, stderr } = await run(...common, ...args);
      assert.equal(status, 0, stderr);
      return JSON.parse(stdout) as EvaluationReport;
    };
    const config: NetworkConfig = {
      architecture: 'lstm',
      vocabSize: shippedTokenizer.vocabSize,
      embeddingSize: 32,
      hiddenSize: 32,
      numLayers: 1,
    };
    const [weights, tokenizer] = [randomWeights(config, 3), shippedTokenizer.toJson()];
    await writeFile(model, encodeCheckpoint({ config, weights, tokenizer, training: {}, gate: null }));
    const report = await evaluate('--out', model, '--seconds', '2', ...tiny);
    assert.equal(report.files, 1);
    assert.equal(report.engine, 'wasm');
    assert.equal(report.training?.outcome, 'improved');
    assert.ok(report.trainTokensPerSecond! > 0);
    assert.deepEqual(Object.keys(report.bitsPerByte.before).toSorted(), ['copy', 'counts', 'mix']);
    assert.ok(report.bitsPerByte.after['mix'] > 0 && report.bitsPerByte.after['mix'] < 2);
    assert.ok(report.keystrokes.after.savedShare > 0.2);
    assert.ok(report.keystrokes.after.characters >= 100);
    const help = (await run('evaluate', '--help')).stdout;
    JSON.stringify(report, (key, value: unknown) => {
      assert.ok(help.includes(key), `"${key}" is not in --help`);
      return value;
    });

    const again = await evaluate('--model', model);
    assert.equal(again.training, null);
    assert.deepEqual(again.bitsPerByte, report.bitsPerByte);
  });

  it('print the figures of an evaluation also where its model cannot be written, and fail', async () => {
    const names = await writeChapters(6);
    const split = join(folder, 'split.json');
    const model = join(folder, 'kept.safetensors');
    await writeFile(split, JSON.stringify({ train: names.slice(0, 5), test: names.slice(5) }));
    const offered = offer();
    const terminal = {
      ...offered.terminal,
      note: (line: string) => {
        offered.terminal.note(line);
        if (line.startsWith('Training on')) {
          // As little can be written there as on a disk that has become full.
          mkdirSync(model);
        }
      },
    };
    const { status, stdout, stderr } = await runIn(
      { ...offered, terminal },
      ...['evaluate', text, '--split', split, '--keystrokes', '100', '--json'],
      ...['--out', model, '--seconds', '2', ...tiny],
    );
    assert.equal(status, 1);
    assert.match(stderr, /kept\.safetensors could not be written, because a folder has that name\..*\n$/);
    const { training, notKept } = JSON.parse(stdout) as EvaluationReport;
    assert.equal(training?.outcome, 'improved');
    assert.ok(stderr.endsWith(`${notKept}\n`));
  });

  it('warn where a test file is a copy of a training file, and print a table without --json', async () => {
    await writeFile(join(text, 'note.md'), 'Hello.\n');
    // A hard link, as Windows lets ordinary users make no symbolic one.
    await link(join(text, 'note.md'), join(text, 'link.md'));
    const split = join(folder, 'split.json');
    await writeFile(split, JSON.stringify({ train: ['note.md'], test: ['link.md'] }));
    const { status, stdout, stderr } = await run('evaluate', text, '--split', split);
    assert.equal(status, 0, stderr);
    assert.match(
      stderr,
      /^link\.md is measured, but a training file has the same text: the figures flatter\.\n/,
    );
    assert.match(
      stdout,
      /^1 test file, 7 bytes\n\nbits per byte +before +after\n(.*\n)+\nkeys saved .*\nshown but wrong .*\n$/,
    );
  });

  it('evaluate without training where the training files hold too little text, and say so', async () => {
    await writeFile(join(text, 'note.md'), 'Hello.\n');
    const [test] = await writeChapters(1);
    const split = join(folder, 'split.json');
    const model = join(folder, 'kept.safetensors');
    await writeFile(split, JSON.stringify({ train: ['note.md'], test: [test] }));
    const { status, stdout, stderr } = await run(
      ...['evaluate', text, '--split', split, '--out', model, '--keystrokes', '100', '--json'],
    );
    assert.equal(status, 0, stderr);
    const report = JSON.parse(stdout) as EvaluationReport;
    assert.deepEqual(report.training, { outcome: 'tooLittleText', before: null, after: null, steps: 0 });
    assert.deepEqual(report.bitsPerByte.after, report.bitsPerByte.before);
    assert.match(
      stderr,
      /^.* too little to train on: after is as before, and .*kept\.safetensors is not written\.\nMeasuring on 1 test file, 2\.9 kB, before…\n$/,
    );
    await assert.rejects(readFile(model));
  });

  it('evaluate the training on a single file, of which the end is kept aside', async () => {
    const [chapter, test] = await writeChapters(2);
    const split = join(folder, 'split.json');
    await writeFile(split, JSON.stringify({ train: [chapter], test: [test] }));
    const { status, stdout, stderr } = await run(
      ...['evaluate', text, '--split', split, '--seconds', '2', '--keystrokes', '100', '--json', ...tiny],
    );
    assert.equal(status, 0, stderr);
    const { training } = JSON.parse(stdout) as EvaluationReport;
    assert.ok(training!.steps > 0 && training!.mix!.after.bitsPerByte > 0);
    assert.match(
      stderr,
      /^Training on 1 file, 2\.9 kB, for 2 s at most…\nEngine: wasm, [^]*\nMeasuring after…\n/,
    );
  });

  it('say that the time of an evaluation was too short to read the text once', async () => {
    const [test] = await writeChapters(1);
    const line = (n: number) => `Of the ${n} lamps of the harbour, the keeper lit ${(n * 7919) % 1000}.\n`;
    await writeFile(join(text, 'long.md'), Array.from({ length: 800 }, (_, n) => line(n)).join(''));
    const split = join(folder, 'split.json');
    await writeFile(split, JSON.stringify({ train: ['long.md'], test: [test] }));
    const { status, stderr } = await run(
      ...['evaluate', text, '--split', split, '--seconds', '1', '--keystrokes', '100', ...tiny],
    );
    assert.equal(status, 0, stderr);
    assert.match(
      stderr,
      /\nIn 1 s the training read (?:less than 1|\d+) % of its text; with a longer --seconds, /,
    );
  });
});
