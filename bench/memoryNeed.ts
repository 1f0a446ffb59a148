/**
 * Compares the memory that a training takes with what `memoryNeed` estimates, by a short training of each kind in the trainer's
 * process. The constants in src/trainer/engines/memoryNeed.ts are fitted to these figures.
 *
 *   npx tsx bench/memoryNeed.ts [--engines wasm,native] [--kinds lstm,gru,rnn,attention,transformer] [--batches 16,128] [--steps 32]
 *       [--layers 1] [--hidden 512] [--embedding 256] [--threads 1,2] FOLDER
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { networkOfShape, type NetworkShape } from '../src/model/networkConfig';
import { DEFAULT_TRAINING, MOST_MEMORY, type EngineName } from '../src/protocol/trainerProtocol';
import { memoryNeed } from '../src/trainer/engines/memoryNeed';
import { startTrainerChild } from '../src/trainer/trainerChild';
import { align, type Row } from './alignRows';
import { childProcesses, residentBytes } from './cost/peakMemory';
import { freshTraining } from './freshTraining';
import { runBench } from './runBench';

const SECONDS = 6;
const VOCAB_SIZE = 4096;
const POLL_MILLISECONDS = 50;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    engines: { type: 'string', default: 'wasm,native' },
    kinds: { type: 'string', default: 'lstm,gru,rnn,attention,transformer' },
    batches: { type: 'string', default: '16,128' },
    steps: { type: 'string', default: String(DEFAULT_TRAINING.unrollSteps) },
    layers: { type: 'string', default: '1' },
    hidden: { type: 'string', default: String(DEFAULT_TRAINING.hiddenSize) },
    embedding: { type: 'string', default: String(DEFAULT_TRAINING.embeddingSize) },
    threads: { type: 'string', default: '1,2' },
  },
});

interface Trial {
  readonly engine: EngineName;
  readonly kind: string;
  readonly batchSize: number;
  readonly threads: number;
}

function shapeOf(kind: string): NetworkShape {
  return {
    architecture: kind === 'attention' ? 'lstm' : (kind as NetworkShape['architecture']),
    attention: kind === 'attention',
    embeddingSize: Number(values.embedding),
    hiddenSize: Number(values.hidden),
    numLayers: Number(values.layers),
  };
}

/** Growth of the trainer process's memory at its peak, in bytes, over what it held before its engine was loaded. */
async function grownBy(folder: string, { engine, kind, batchSize, threads }: Trial): Promise<number> {
  const storage = await mkdtemp(join(tmpdir(), 'understudy-memory-'));
  const now = (which: 'VmRSS' | 'VmHWM') =>
    Math.max(...childProcesses().map((pid) => residentBytes(pid, which) ?? 0));
  let before = 0;
  let peak = 0;
  const { last, ended } = startTrainerChild(
    join(__dirname, '..', 'src', 'trainer', 'trainerProcess.ts'),
    {
      kind: 'train',
      job: freshTraining(folder, join(storage, 'model'), {
        ...shapeOf(kind),
        engine,
        threads,
        batchSize,
        unrollSteps: Number(values.steps),
        seconds: SECONDS,
        maxMemoryMegabytes: MOST_MEMORY,
      }),
    },
    (event) => event.kind === 'done',
    ({ kind: event }) => {
      if (event === 'loading') {
        before = now('VmRSS');
      }
    },
  );
  // The peak only grows, so the last reading before the process ends is enough.
  const poll = setInterval(() => {
    peak = Math.max(peak, now('VmHWM'));
  }, POLL_MILLISECONDS);
  try {
    await last;
    return peak - before;
  } finally {
    clearInterval(poll);
    await ended;
    await rm(storage, { recursive: true });
  }
}

async function main(): Promise<void> {
  const [folder] = positionals;
  if (folder === undefined) {
    throw new Error('Give a folder of text to train on, of a few megabytes.');
  }
  const rows: Row[] = [['engine', 'network', 'rows', 'threads', 'takes, MB', 'told, MB', 'told / takes']];
  for (const engine of values.engines.split(',') as EngineName[]) {
    for (const threads of engine === 'wasm' ? values.threads.split(',').map(Number) : [1]) {
      for (const kind of values.kinds.split(',')) {
        for (const batchSize of values.batches.split(',').map(Number)) {
          const taken = await grownBy(resolve(folder), { engine, kind, batchSize, threads });
          const config = networkOfShape(shapeOf(kind), VOCAB_SIZE);
          const unrollSteps = Number(values.steps);
          const told = memoryNeed(engine, { config, rows: batchSize, unrollSteps, threads });
          const mega = (bytes: number) => (bytes / 1e6).toFixed(0);
          const row = [engine, kind, `${batchSize}`, `${threads}`, mega(taken), mega(told)];
          rows.push([...row, (told / taken).toFixed(2)]);
          process.stderr.write(`${rows.at(-1)!.join('  ')}\n`);
        }
      }
    }
  }
  process.stdout.write(align(rows));
}

runBench(main);
