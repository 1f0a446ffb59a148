/**
 * The engines' table: each row with its bar and whether it is reached, measured by the other benches of this folder.
 *
 *   npm run bench -- engines [--json]
 *   npx tsx bench/engines.ts [--rows native-1,beam,…] [--rounds 5] [--seconds 5] [--python PYTHON] [--corpus DIR]
 *
 * Rows that need something missing (PyTorch, the native engine, documents) are left out, and the output names them.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { align, type Row } from './alignRows';
import { readDocuments, writeWorkspace } from './cost/corpusWorkspace';
import type { GeneratorCost } from './cost/generatorCost';
import type { ReadingCost } from './cost/readingCost';
import type { TrainingCost } from './cost/trainingCost';
import { productPaths } from '../src/terminal/productPaths';
import { BARS, judge, type Measured, type Verdict } from './engines/engineBars';
import { runBench } from './runBench';

const run = promisify(execFile);
const root = join(__dirname, '..');

const { values: flags } = parseArgs({
  options: {
    rows: { type: 'string', default: BARS.map(({ name }) => name).join(',') },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '5' },
    keys: { type: 'string', default: '80' },
    python: { type: 'string', default: 'python3' },
    corpus: { type: 'string', default: join(root, '..', 'shared', 'corpus') },
    workspaces: { type: 'string', default: join(root, '..', 'shared', 'workspaces') },
    only: { type: 'string', default: 'en-tech-book' },
    json: { type: 'boolean', default: false },
  },
});

interface Speed {
  readonly median: number;
  readonly ratioToFirst: number;
}
interface TrainSpeed {
  readonly table: readonly { readonly tokensPerSecond: Speed; readonly tokensPerCpuSecond: Speed }[];
}
interface KernelLine {
  readonly network: string;
  readonly what: string;
  readonly states: number;
  readonly milliseconds: number;
  readonly timesCheaper: number;
}
interface Latency {
  readonly total: { readonly new: { readonly p95: number } };
}

async function json<T>(script: string, ...args: readonly string[]): Promise<T> {
  const { stdout } = await run(
    process.execPath,
    ['--expose-gc', '--import', 'tsx', join(__dirname, script), ...args],
    { cwd: root, maxBuffer: 1 << 26 },
  );
  return JSON.parse(stdout) as T;
}

async function trainSpeed(contestants: string, threads: number): Promise<TrainSpeed['table']> {
  const shape = ['--rounds', flags.rounds, '--seconds', flags.seconds, '--python', flags.python];
  const args = ['--json', '--contestants', contestants, '--threads', `${threads}`, ...shape];
  return (await json<TrainSpeed>('trainSpeed.ts', ...args)).table;
}

type Figures = Readonly<Record<string, { readonly value: number; readonly byProcessorTime?: number }>>;

/** The second contestant's speed relative to the first. */
async function ratio(name: string, contestants: string, threads: number): Promise<Figures> {
  const [, second] = await trainSpeed(contestants, threads);
  return {
    [name]: {
      value: second.tokensPerSecond.ratioToFirst,
      byProcessorTime: second.tokensPerCpuSecond.ratioToFirst,
    },
  };
}

async function keys(name: string, ...args: readonly string[]): Promise<Figures> {
  const where = ['--workspaces', flags.workspaces, '--only', flags.only, '--keys', flags.keys];
  const { total } = await json<Latency>('latency.ts', '--json', ...where, ...args);
  return { [name]: { value: total.new.p95 } };
}

async function megabyte(engines: readonly ('native' | 'wasm')[], live: boolean): Promise<Figures> {
  const parent = await mkdtemp(join(tmpdir(), 'understudy-engines-'));
  const folder = join(parent, '1MB');
  const cost = <T>(kind: string, ...args: readonly string[]) =>
    json<T>(join('cost', 'measureCost.ts'), kind, folder, ...args);
  const figures: Record<string, { value: number }> = {};
  try {
    await writeWorkspace(folder, await readDocuments(resolve(flags.corpus)), 1e6);
    const { tokens } = await cost<ReadingCost>('reading');
    const model = join(parent, 'model.safetensors');
    for (const engine of engines) {
      const training = await cost<TrainingCost>('training', model, engine, engine === 'wasm' ? '2' : '0');
      const seconds = tokens / training.tokensPerSecond + training.besideStepsSeconds;
      figures[`tuned-${engine}`] = { value: seconds / 60 };
      figures[`memory-${engine}`] = { value: (training.peakBytes ?? NaN) / 1e6 };
    }
    if (live) {
      // A network's cost does not depend on what it has learned.
      const generator = await cost<GeneratorCost>('generator', productPaths(root).baseModel!);
      figures['live'] = { value: generator.firstAnswerSeconds };
      figures['memory-generator'] = { value: (generator.peakBytes ?? NaN) / 1e6 };
      figures['memory-host'] = { value: generator.hostBytes / 1e6 };
    }
    return figures;
  } finally {
    await rm(parent, { recursive: true });
  }
}

async function kernel(): Promise<Figures> {
  const lines = await json<readonly KernelLine[]>('kernelSpeed.ts', '--json');
  const line = (what: string, states: number) =>
    lines.find((each) => each.network === 'B' && each.what === what && each.states === states)!;
  return {
    token: { value: line('next and predict', 1).milliseconds },
    beam: { value: line('beam step', 4).timesCheaper },
  };
}

/** Each measures some rows of the table at once. */
const MEASUREMENTS: readonly {
  readonly rows: readonly string[];
  readonly measure: () => Promise<Figures>;
}[] = [
  { rows: ['native-1'], measure: () => ratio('native-1', 'torch,native', 1) },
  { rows: ['native-2'], measure: () => ratio('native-2', 'torch,native', 2) },
  {
    rows: ['wasm-1', 'wasm-stock'],
    measure: async () => {
      const [, { tokensPerSecond, tokensPerCpuSecond }] = await trainSpeed('layers-wasm,wasm-one', 1);
      return {
        'wasm-1': { value: tokensPerSecond.median, byProcessorTime: tokensPerCpuSecond.median },
        'wasm-stock': {
          value: tokensPerSecond.ratioToFirst,
          byProcessorTime: tokensPerCpuSecond.ratioToFirst,
        },
      };
    },
  },
  { rows: ['wasm-2'], measure: () => ratio('wasm-2', 'wasm-one,wasm', 2) },
  { rows: ['token', 'beam'], measure: kernel },
  { rows: ['key'], measure: () => keys('key') },
  { rows: ['key-training'], measure: () => keys('key-training', '--while-training', 'wasm') },
  { rows: ['tuned-native', 'memory-native'], measure: () => megabyte(['native'], false) },
  {
    rows: ['live', 'tuned-wasm', 'memory-wasm', 'memory-generator', 'memory-host'],
    measure: () => megabyte(['wasm'], true),
  },
];

function table(verdicts: readonly Verdict[]): string {
  const digits = (value: number): string => value.toFixed(value < 10 ? 2 : 0);
  const rows: Row[] = [
    ['what', 'measured', 'by processor time', 'bar', 'goal', 'verdict', 'load'],
    ...verdicts.map(({ what, unit, value, byProcessorTime, bar, goal, verdict, load }): Row => {
      const byTime = byProcessorTime === null ? '' : digits(byProcessorTime);
      return [what, `${digits(value)} ${unit}`, byTime, `${bar}`, `${goal}`, verdict, load.toFixed(1)];
    }),
  ];
  return `${align(rows)}\n`;
}

async function main(): Promise<void> {
  const wanted = flags.rows.split(',');
  const unknown = wanted.find((row) => !BARS.some(({ name }) => name === row));
  if (unknown !== undefined) {
    throw new Error(`--rows knows no "${unknown}": ${BARS.map(({ name }) => name).join(', ')}.`);
  }
  const verdicts: Verdict[] = [];
  for (const { rows, measure } of MEASUREMENTS.filter((each) =>
    each.rows.some((row) => wanted.includes(row)),
  )) {
    process.stderr.write(`${rows.join(', ')} …\n`);
    const before = loadavg()[0];
    try {
      for (const [name, { value, byProcessorTime = null }] of Object.entries(await measure())) {
        if (wanted.includes(name)) {
          const measured: Measured = { name, value, byProcessorTime, load: Math.max(before, loadavg()[0]) };
          verdicts.push(judge(measured));
        }
      }
    } catch (error) {
      process.stderr.write(
        `Left out ${rows.join(', ')}: ${error instanceof Error ? error.message.slice(0, 600) : String(error)}\n`,
      );
    }
  }
  process.stdout.write(flags.json ? `${JSON.stringify(verdicts)}\n` : table(verdicts));
}

runBench(main);
