/**
 * Training speed of the engines and of PyTorch in tokens per second:
 *
 *   npx tsx bench/trainSpeed.ts [--contestants torch,torch-bfloat16,native,native-float32,wasm,wasm-one,webgpu,layers-native,layers-wasm] [--python PYTHON] [--rounds 5] [--cell lstm] [--layers 1]
 *       [--batch 32] [--steps 32] [--threads 1] [--seconds 5] [--json]
 *
 * Contestants take turns, each in its own process, pinned to as many CPUs as it has threads. The figures are medians, and each
 * contestant is compared with the first one round by round. Tokens per second of CPU time are given too, as other work on the
 * machine disturbs them less. The network is net A of bench/README.md: vocabulary 4096, embedding 256, hidden size 512.
 */
import { execFile } from 'node:child_process';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { CELL_KINDS, type NetworkConfig } from '../src/model/networkConfig';
import { loadNativeEngine } from '../src/trainer/engines/nativeEngine';
import { relaxedSimdOptions } from '../src/trainer/engines/relaxedSimd';
import { loadWasmEngine } from '../src/trainer/engines/wasmEngine';
import { loadWebgpuEngine } from '../src/trainer/engines/webgpuEngine';
import { randomBits } from '../src/model/generation/seededRandom';
import type { TrainBatch, TrainingEngine } from '../src/trainer/engine';
import { freshWeights } from '../src/trainer/training/freshWeights';
import { softwareGpuEnvironment } from '../test/support/softwareGpu';
import { runBench } from './runBench';
import { median } from './median';

/**
 * `native` computes in the type that it chooses, perhaps bfloat16; contestants that name a type use that type. `wasm` has
 * as many workers as there are threads, `wasm-one` a single one. `webgpu` runs on SwiftShader if there is no GPU, and says so. The
 * `layers-` contestants are stock tfjs-layers, which comes with the native engine.
 */
const CONTESTANTS = [
  'torch',
  'torch-bfloat16',
  'native',
  'native-float32',
  'wasm',
  'wasm-one',
  'webgpu',
  'layers-native',
  'layers-wasm',
] as const;
type Contestant = (typeof CONTESTANTS)[number];

interface Round {
  readonly description: string;
  readonly tokensPerSecond: number;
  readonly tokensPerCpuSecond: number;
  readonly loss: number;
  readonly peakMegabytes: number;
}

const { values: flags } = parseArgs({
  options: {
    contestants: { type: 'string', default: 'torch,native,native-float32,wasm' },
    python: { type: 'string', default: 'python3' },
    rounds: { type: 'string', default: '5' },
    cell: { type: 'string', default: 'lstm' },
    layers: { type: 'string', default: '1' },
    batch: { type: 'string', default: '32' },
    steps: { type: 'string', default: '32' },
    threads: { type: 'string', default: '1' },
    seconds: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
    /** Internal: measures this engine in this process and prints the round. The bench starts itself with it. */
    measure: { type: 'string' },
  },
});

function oneOf<Name extends string>(flag: string, names: readonly Name[], value: string): Name {
  const name = names.find((candidate) => candidate === value);
  if (name === undefined) {
    throw new Error(`--${flag} must be one of ${names.join(', ')}; got "${value}".`);
  }
  return name;
}

function netA(): NetworkConfig {
  const architecture = oneOf('cell', CELL_KINDS, flags.cell);
  return {
    architecture,
    vocabSize: 4096,
    embeddingSize: 256,
    hiddenSize: 512,
    numLayers: Number(flags.layers),
  };
}

function someBatch(vocabSize: number, bits: () => number): TrainBatch {
  const batchSize = Number(flags.batch);
  const unrollSteps = Number(flags.steps);
  const ids = (): Int32Array =>
    Int32Array.from({ length: batchSize * unrollSteps }, () => bits() % vocabSize);
  return {
    batchSize,
    unrollSteps,
    inputs: ids(),
    targets: ids(),
    mask: new Float32Array(batchSize * unrollSteps).fill(1),
    resets: new Uint8Array(batchSize),
  };
}

function engineOf(contestant: Contestant): Promise<TrainingEngine> {
  const nativeFolders = [join(__dirname, '..', '.cache', 'native')];
  switch (contestant) {
    case 'native':
      return loadNativeEngine({ nativeFolders });
    case 'native-float32':
      return loadNativeEngine({ nativeFolders, precision: 'float32' });
    case 'wasm':
      return loadWasmEngine({ threads: Number(flags.threads) });
    case 'wasm-one':
      return loadWasmEngine({ threads: 1 });
    case 'webgpu':
      return loadWebgpuEngine();
    default:
      throw new Error(`${contestant} is not an engine.`);
  }
}

async function measure(contestant: Contestant): Promise<Round> {
  const engine = await engineOf(contestant);
  const config = netA();
  const bits = randomBits(1);
  const network = engine.createNetwork(config, freshWeights(config, [], 1), 1);
  const options = { learningRate: 0.002, gradientClipNorm: 1, dropout: 0.1 };
  const step = (): Promise<{ loss: number }> => network.trainStep(someBatch(config.vocabSize, bits), options);
  await step();
  await step();
  const start = performance.now();
  const startCpu = process.cpuUsage();
  let steps = 0;
  let loss = 0;
  while (performance.now() - start < 1000 * Number(flags.seconds)) {
    ({ loss } = await step());
    steps++;
  }
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(startCpu);
  const tokens = steps * Number(flags.batch) * Number(flags.steps);
  return {
    description: engine.description,
    tokensPerSecond: tokens / seconds,
    tokensPerCpuSecond: (tokens / (user + system)) * 1e6,
    loss,
    peakMegabytes: process.resourceUsage().maxRSS / 1024,
  };
}

function programOf(contestant: Contestant): string[] {
  const source = [process.execPath, ...relaxedSimdOptions(), '--import', 'tsx'];
  const peers = join(__dirname, 'peers');
  switch (contestant) {
    case 'torch':
      return [flags.python, join(peers, 'torchTrainSpeed.py')];
    case 'torch-bfloat16':
      return [flags.python, join(peers, 'torchTrainSpeed.py'), '--bfloat16'];
    case 'layers-native':
    case 'layers-wasm':
      return [...source, join(peers, 'layersTrainSpeed.ts'), '--engine', contestant.replace('layers-', '')];
    default:
      return [...source, __filename, '--measure', contestant];
  }
}

/** One round in its own process; the last line that it prints is the result. */
async function inOwnProcess(contestant: Contestant): Promise<Round> {
  const shape = ['cell', 'layers', 'batch', 'steps', 'threads', 'seconds'] as const;
  const shapeFlags = shape.flatMap((name) => [`--${name}`, flags[name]]);
  const command = [...programOf(contestant), ...shapeFlags];
  // The last CPUs, as most systems handle interrupts on the first.
  const last = cpus().length - 1;
  const pinned =
    process.platform === 'linux' ? ['taskset', '-c', `${last - Number(flags.threads) + 1}-${last}`] : [];
  const [program, ...args] = [...pinned, ...command] as [string, ...string[]];
  const env = {
    ...process.env,
    OMP_NUM_THREADS: flags.threads,
    TF_NUM_INTRAOP_THREADS: flags.threads,
    TF_NUM_INTEROP_THREADS: '1',
    ...(contestant === 'webgpu' ? softwareGpuEnvironment() : null),
  };
  const { stdout } = await promisify(execFile)(program, args, { env, cwd: join(__dirname, '..') });
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Round;
}

function summary(contestant: Contestant, rounds: readonly Round[], first: readonly Round[]) {
  const figure = (pick: (round: Round) => number) => ({
    median: Math.round(median(rounds.map(pick))),
    all: rounds.map((round) => Math.round(pick(round))),
    ratioToFirst: Number(median(rounds.map((round, index) => pick(round) / pick(first[index]))).toFixed(3)),
  });
  return {
    contestant,
    description: rounds[0].description,
    tokensPerSecond: figure((round) => round.tokensPerSecond),
    tokensPerCpuSecond: figure((round) => round.tokensPerCpuSecond),
    peakMegabytes: Math.round(Math.max(...rounds.map((round) => round.peakMegabytes))),
  };
}

async function main(): Promise<void> {
  if (flags.measure !== undefined) {
    const round = await measure(oneOf('measure', CONTESTANTS, flags.measure));
    process.stdout.write(`\n${JSON.stringify(round)}\n`);
    return;
  }
  const contestants = flags.contestants.split(',').map((name) => oneOf('contestants', CONTESTANTS, name));
  const rounds = new Map<Contestant, Round[]>(contestants.map((name) => [name, []]));
  for (let round = 0; round < Number(flags.rounds); round++) {
    for (const name of contestants) {
      rounds.get(name)!.push(await inOwnProcess(name));
    }
  }
  const first = rounds.get(contestants[0])!;
  const table = contestants.map((name) => summary(name, rounds.get(name)!, first));
  if (flags.json) {
    process.stdout.write(`${JSON.stringify({ flags, table })}\n`);
    return;
  }
  for (const { contestant, description, tokensPerSecond, tokensPerCpuSecond, peakMegabytes } of table) {
    process.stdout.write(
      `${contestant.padEnd(15)} ${tokensPerSecond.median} tokens/s (×${tokensPerSecond.ratioToFirst}), ` +
        `${tokensPerCpuSecond.median} tokens/CPU s (×${tokensPerCpuSecond.ratioToFirst}), peak ${peakMegabytes} MB; ${description}\n`,
    );
  }
}

runBench(main);
