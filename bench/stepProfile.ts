/**
 * What the wasm engine's training steps of net A spend processor time on, with one worker and with two: the shares of the
 * functions, from Node's sampling profiler. Medians of interleaved rounds.
 *
 *   npx tsx bench/stepProfile.ts [--threads 1,2] [--batch 16] [--steps 32] [--rounds 3] [--seconds 8]
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { relaxedSimdOptions } from '../src/trainer/engines/relaxedSimd';
import { align, type Row } from './alignRows';
import { median } from './median';

/** A .cpuprofile file, of one thread. */
interface Profile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: { readonly functionName: string } }[];
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

/** Smaller shares are left out. */
const LEAST_PERCENT = 0.5;
/** Ends each step, so the first step is where it first occurs; only threads that train have it. */
const LAST_OF_STEP = 'adam';

const { values: flags } = parseArgs({
  options: {
    threads: { type: 'string', default: '1,2' },
    batch: { type: 'string', default: '16' },
    steps: { type: 'string', default: '32' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '8' },
  },
});

/** Percent of the time that all training threads worked, by function. */
function shares(threads: string): Map<string, number> {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-profile-'));
  const microseconds = new Map<string, number>();
  try {
    const source = [...relaxedSimdOptions(), '--cpu-prof', '--cpu-prof-dir', folder, '--import', 'tsx'];
    const shape = (['batch', 'steps', 'seconds'] as const).flatMap((name) => [`--${name}`, flags[name]]);
    const training = [join(__dirname, 'trainSpeed.ts'), '--measure', 'wasm', '--threads', threads, ...shape];
    execFileSync(process.execPath, [...source, ...training], { cwd: join(__dirname, '..') });
    for (const file of readdirSync(folder)) {
      addSteps(JSON.parse(readFileSync(join(folder, file), 'utf8')) as Profile, microseconds);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  const all = [...microseconds.values()].reduce((sum, each) => sum + each, 0);
  return new Map([...microseconds].map(([name, each]) => [name, (100 * each) / all]));
}

function addSteps({ nodes, samples, timeDeltas }: Profile, microseconds: Map<string, number>): void {
  // Functions of the kernel have their file's path before their name.
  const names = new Map(
    nodes.map(({ id, callFrame }) => [id, callFrame.functionName.replace(/^.*\//, '') || 'unnamed']),
  );
  const first = samples.findIndex((id) => names.get(id) === LAST_OF_STEP);
  for (let i = first === -1 ? samples.length : first; i < samples.length; i++) {
    const name = names.get(samples[i])!;
    if (name !== '(idle)') {
      microseconds.set(name, (microseconds.get(name) ?? 0) + timeDeltas[i]);
    }
  }
}

function main(): void {
  const threads = flags.threads.split(',');
  const rounds = Array.from({ length: Number(flags.rounds) }, () => threads.map(shares));
  const medianShare = (name: string, column: number): number =>
    median(rounds.map((round) => round[column].get(name) ?? 0));
  const names = new Set(rounds.flatMap((round) => round.flatMap((column) => [...column.keys()])));
  const lines = [...names]
    .map((name) => ({ name, percent: threads.map((_, column) => medianShare(name, column)) }))
    .filter(({ percent }) => Math.max(...percent) >= LEAST_PERCENT)
    .sort((a, b) => b.percent[0] - a.percent[0]);
  const rows: Row[] = [
    ['% of a step', ...threads.map((count) => `${count} worker${count === '1' ? '' : 's'}`)],
    ...lines.map(({ name, percent }): Row => [name, ...percent.map((each) => each.toFixed(1))]),
  ];
  process.stdout.write(align(rows));
}

main();
