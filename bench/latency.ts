/**
 * Measures how long a keystroke waits for its answer. The longest test file of each workspace is typed character by character;
 * the built worker has learned the training files and loaded the base network and a personal one.
 *
 *   npx tsx bench/latency.ts [--json] [--keys 80] [--keys-per-second 5] [--model PERSONAL] [--workspaces FOLDER] [--only NAME] [--show]
 *       [--while-training wasm]
 *
 * Without --model the base network also stands in for the personal one, as the cost does not depend on what a network has learned.
 * With --while-training the trainer's process meanwhile trains a network on the same folder with that engine.
 * Opening a document is timed separately. `new` counts only answers that were generated, not those that a cache gave.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { GeneratorClient } from '../src/completion/generatorClient';
import { textAroundCursor } from '../src/completion/textAroundCursor';
import type { CompletedResponse } from '../src/protocol/generatorProtocol';
import { ENGINE_NAMES } from '../src/protocol/trainerProtocol';
import { languageIdOf } from '../src/terminal/languageId';
import { productPaths } from '../src/terminal/productPaths';
import { readSplit, readTexts } from '../src/terminal/split';
import { startTraining } from '../src/trainer/trainerClient';
import { freshTraining } from './freshTraining';
import { listOf, workspaceFolders } from './workspaceFolders';
import { runBench } from './runBench';

const root = join(__dirname, '..');
const product = productPaths(root);

interface Quantiles {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}
interface Result {
  readonly workspace: string;
  readonly learnMilliseconds: number;
  readonly openMilliseconds: number;
  readonly all: Quantiles;
  readonly new: Quantiles;
}

function quantiles(times: readonly number[]): Quantiles {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (q: number) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0;
  return { count: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    show: { type: 'boolean', default: false },
    keys: { type: 'string', default: '80' },
    'keys-per-second': { type: 'string', default: '5' },
    model: { type: 'string' },
    only: { type: 'string', default: '' },
    'while-training': { type: 'string' },
    workspaces: { type: 'string', default: join(root, '..', 'shared', 'workspaces') },
  },
});
const keys = Number(values.keys);
const pause = Number(values['keys-per-second']) > 0 ? 1000 / Number(values['keys-per-second']) : 0;

/** Trains as the extension does, for longer than the measurement. `begun` resolves at the first steps. */
function trainMeanwhile(folder: string, name: string) {
  const engine = ENGINE_NAMES.find((known) => known === name);
  if (engine === undefined) {
    throw new Error(`--while-training is one of ${ENGINE_NAMES.join(', ')}; not "${name}".`);
  }
  const scratch = mkdtempSync(join(tmpdir(), 'understudy-latency-'));
  let begin: () => void;
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const run = startTraining({
    processPath: product.trainer,
    job: freshTraining(folder, join(scratch, 'model.safetensors'), { engine, seconds: 3600 }),
    onEvent: ({ kind }) => {
      if (kind === 'step') {
        begin();
      }
    },
  });
  const ended = run.finished.then(() => undefined);
  return {
    begun: Promise.race([begun, ended]),
    stop: async () => {
      run.cancel();
      await ended;
      rmSync(scratch, { recursive: true });
    },
  };
}

async function measure(folder: string): Promise<{ result: Result; times: number[]; newTimes: number[] }> {
  const client = new GeneratorClient({
    workerPath: product.generator,
    kernelPath: product.kernel,
    tokenizerPath: product.tokenizer,
    baseModelPath: product.baseModel,
    onLog: (line) => {
      process.stderr.write(`${line}\n`);
    },
  });
  const engine = values['while-training'];
  const training = engine === undefined ? null : trainMeanwhile(folder, engine);
  try {
    await client.loadModel(values.model ?? product.baseModel);
    const split = await readSplit(join(folder, 'split.json'));
    const learned = await readTexts(folder, split.train);
    const learnStart = performance.now();
    await client.learnFiles(learned.map(({ path, text }) => ({ uri: path, text, recent: false })));
    const learnMilliseconds = performance.now() - learnStart;

    const { path, text } = (await readTexts(folder, split.test)).reduce((longest, next) =>
      next.text.length > longest.text.length ? next : longest,
    );
    const complete = async (offset: number): Promise<CompletedResponse> =>
      client.complete({
        document: textAroundCursor(path, languageIdOf(path), offset, (start, end) =>
          text.slice(0, offset).slice(start, end),
        ),
        multiline: false,
        eagerness: 0.5,
        maxNewTokens: 24,
      });
    const timed = async (offset: number) => {
      const asked = performance.now();
      const { insertText, isTypedAlong = false } = await complete(offset);
      return { insertText, isNew: !isTypedAlong, milliseconds: performance.now() - asked };
    };
    const first = Math.floor(text.length / 2);
    const { milliseconds: openMilliseconds } = await timed(first);
    await training?.begun;
    const times: number[] = [];
    const newTimes: number[] = [];
    for (let offset = first + 1; offset <= first + keys && offset <= text.length; offset++) {
      await sleep(pause);
      const { milliseconds, isNew, insertText } = await timed(offset);
      times.push(milliseconds);
      if (isNew) {
        newTimes.push(milliseconds);
      }
      if (values.show && isNew && insertText !== '') {
        const typed = JSON.stringify(text.slice(Math.max(0, offset - 30), offset));
        process.stderr.write(`${typed} → ${JSON.stringify(insertText)} (${milliseconds.toFixed(1)} ms)\n`);
      }
    }
    return {
      result: {
        workspace: basename(folder),
        learnMilliseconds,
        openMilliseconds,
        all: quantiles(times),
        new: quantiles(newTimes),
      },
      times,
      newTimes,
    };
  } finally {
    await training?.stop();
    await client.dispose();
  }
}

const format = ({ count, p50, p95, p99, max }: Quantiles) =>
  `${String(count).padStart(5)} ${[p50, p95, p99, max].map((ms) => ms.toFixed(1).padStart(7)).join('')}`;

async function main(): Promise<void> {
  const folders = workspaceFolders(values.workspaces, listOf(values.only));
  const results: Result[] = [];
  const times: number[] = [];
  const newTimes: number[] = [];
  for (const folder of folders) {
    const measured = await measure(folder);
    results.push(measured.result);
    times.push(...measured.times);
    newTimes.push(...measured.newTimes);
  }
  const total = { all: quantiles(times), new: quantiles(newTimes) };
  if (values.json) {
    process.stdout.write(
      `${JSON.stringify({ keysPerSecond: pause && 1000 / pause, workspaces: results, total }, null, 2)}\n`,
    );
    return;
  }
  const lines = ['ms per keystroke               keys    p50    p95    p99    max   open'];
  for (const { workspace, all, openMilliseconds } of results) {
    lines.push(`${workspace.padEnd(28)} ${format(all)} ${openMilliseconds.toFixed(0).padStart(6)}`);
  }
  lines.push(
    `${'all'.padEnd(28)} ${format(total.all)}`,
    `${'all, not from the cache'.padEnd(28)} ${format(total.new)}`,
  );
  process.stdout.write(`${lines.join('\n')}\n`);
}

runBench(main);
