/**
 * Measures which costs grow with the workspace, and how fast, on workspaces of several sizes. They consist of whole documents of a
 * corpus, none used twice within one.
 *
 *   npm run bench -- cost [--json] [--corpus DIR] [--sizes 0.1,1,10,50]
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { productPaths } from '../src/terminal/productPaths';
import { readDocuments, writeWorkspace } from './cost/corpusWorkspace';
import { costTable, tokenizerTable, type WorkspaceCost } from './cost/costTable';
import type { GeneratorCost } from './cost/generatorCost';
import type { ReadingCost } from './cost/readingCost';
import type { TrainingCost } from './cost/trainingCost';
import { runBench } from './runBench';
import { median } from './median';

const run = promisify(execFile);
const root = join(__dirname, '..');
const ROUNDS = 3;

async function measure<T>(kind: string, ...args: readonly string[]): Promise<T> {
  const script = join(__dirname, 'cost', 'measureCost.ts');
  const { stdout, stderr } = await run(
    process.execPath,
    ['--expose-gc', '--import', 'tsx', script, kind, ...args],
    { cwd: root },
  );
  process.stderr.write(stderr);
  return JSON.parse(stdout) as T;
}

/** The median of each field by itself; null if a round lacks it. */
function medians<T extends object>(rounds: readonly T[]): T {
  const medianOf = (key: keyof T): number | null => {
    const values = rounds.map((round) => round[key]);
    return values.every((value) => typeof value === 'number') ? median(values) : null;
  };
  return Object.fromEntries(Object.keys(rounds[0]).map((key) => [key, medianOf(key as keyof T)])) as T;
}

const modelOf = (folder: string) => `${folder}.safetensors`;
/** A training that did not help leaves no model; the base model then serves, as a network's cost does not depend on what it learned. */
const openedModel = (folder: string) =>
  existsSync(modelOf(folder)) ? modelOf(folder) : productPaths(root).baseModel!;

async function measureSizes(folders: readonly string[]): Promise<WorkspaceCost[]> {
  const trainings: TrainingCost[] = [];
  for (const folder of folders) {
    process.stderr.write(`training on ${folder}\n`);
    trainings.push(await measure('training', folder, modelOf(folder)));
  }
  const readings = folders.map((): ReadingCost[] => []);
  const generators = folders.map((): GeneratorCost[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, folder] of folders.entries()) {
      process.stderr.write(`round ${round + 1} of ${ROUNDS}: ${folder}\n`);
      readings[i].push(await measure('reading', folder));
      generators[i].push(await measure('generator', folder, openedModel(folder)));
    }
  }
  return folders.map((_, i) => ({
    reading: medians(readings[i]),
    training: trainings[i],
    generator: medians(generators[i]),
  }));
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      corpus: { type: 'string', default: join(root, '..', 'shared', 'corpus') },
      sizes: { type: 'string', default: '0.1,1,10,50' },
    },
  });
  const corpus = resolve(values.corpus);
  const sizes = values.sizes.split(',').map(Number);
  if (!sizes.every((size) => size > 0)) {
    throw new Error(`--sizes takes megabytes, such as 0.1,1,10,50; not "${values.sizes}".`);
  }
  const parent = await mkdtemp(join(tmpdir(), 'understudy-cost-'));
  try {
    const documents = await readDocuments(corpus);
    const folders: string[] = [];
    for (const size of sizes.toSorted((a, b) => a - b)) {
      const folder = join(parent, `${size}MB`);
      await writeWorkspace(folder, documents, size * 1e6);
      folders.push(folder);
    }
    const tokenizer = await measure<Record<string, number>>('tokenizer', corpus);
    const workspaces = await measureSizes(folders);
    process.stdout.write(
      values.json
        ? `${JSON.stringify({ tokenizer, workspaces })}\n`
        : `${costTable(workspaces)}\n${tokenizerTable(tokenizer)}`,
    );
  } finally {
    await rm(parent, { recursive: true });
  }
}

runBench(main);
