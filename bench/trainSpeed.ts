/**
 * Training speed of the engines, tokens a second: `npx tsx bench/trainSpeed.ts [--engines wasm,native] [--rounds 5]
 * [--cell lstm] [--layers 1] [--batch 32] [--steps 32] [--threads 1] [--json]`. Engines take turns round by round, each in
 * a process of its own; the median counts. Net A of the README: vocabulary 4096, embedding 256, hidden size 512.
 */
import { fork } from 'node:child_process';
import { parseArgs } from 'node:util';
import {
  CELL_KINDS,
  networkTensorShapes,
  type CellKind,
  type NetworkConfig,
} from '../src/model/networkConfig';
import type { EngineName } from '../src/protocol/trainerProtocol';
import { loadEngine } from '../src/trainer/engines/loadEngine';
import { randomBits } from '../src/trainer/network/dropoutMask';
import type { TrainBatch } from '../src/trainer/engine';

interface Shape {
  readonly config: NetworkConfig;
  readonly batchSize: number;
  readonly unrollSteps: number;
}

interface Round {
  readonly tokensPerSecond: number;
  readonly loss: number;
  readonly peakMegabytes: number;
}

const { values: flags } = parseArgs({
  options: {
    engines: { type: 'string', default: 'wasm,native' },
    rounds: { type: 'string', default: '5' },
    cell: { type: 'string', default: 'lstm' },
    layers: { type: 'string', default: '1' },
    batch: { type: 'string', default: '32' },
    steps: { type: 'string', default: '32' },
    threads: { type: 'string', default: '1' },
    native: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

function shapeOf(): Shape {
  const architecture = CELL_KINDS.find((kind) => kind === flags.cell);
  if (architecture === undefined) {
    throw new Error(`--cell must be one of ${CELL_KINDS.join(', ')}; got "${flags.cell}".`);
  }
  return {
    config: netA(architecture, Number(flags.layers)),
    batchSize: Number(flags.batch),
    unrollSteps: Number(flags.steps),
  };
}

function netA(architecture: CellKind, numLayers: number): NetworkConfig {
  return { architecture, vocabSize: 4096, embeddingSize: 256, hiddenSize: 512, numLayers };
}

/** Uniform weights of scale 0.05: speed does not depend on them, but denormal numbers would spoil it. */
function someWeights(config: NetworkConfig, bits: () => number): Map<string, Float32Array> {
  const weights = new Map<string, Float32Array>();
  for (const [name, shape] of networkTensorShapes(config)) {
    const size = shape.reduce((product, length) => product * length, 1);
    weights.set(
      name,
      Float32Array.from({ length: size }, () => (bits() / 2 ** 31 - 1) * 0.05),
    );
  }
  return weights;
}

function someBatch({ config, batchSize, unrollSteps }: Shape, bits: () => number): TrainBatch {
  const ids = (): Int32Array =>
    Int32Array.from({ length: batchSize * unrollSteps }, () => bits() % config.vocabSize);
  return {
    batchSize,
    unrollSteps,
    inputs: ids(),
    targets: ids(),
    mask: new Float32Array(batchSize * unrollSteps).fill(1),
    resets: new Uint8Array(batchSize),
  };
}

/** Trains for about five seconds after a warm-up. */
async function measure(name: EngineName, shape: Shape): Promise<Round> {
  const engine = await loadEngine(name, {
    ...(flags.native === undefined ? {} : { nativeFolder: flags.native }),
  });
  const bits = randomBits(1);
  const network = engine.createNetwork(shape.config, someWeights(shape.config, bits), 1);
  const options = { learningRate: 0.002, gradientClipNorm: 1, dropout: 0.1 };
  const step = (): Promise<{ loss: number }> => network.trainStep(someBatch(shape, bits), options);
  await step();
  await step();
  const start = performance.now();
  let steps = 0;
  let loss = 0;
  while (performance.now() - start < 5000) {
    ({ loss } = await step());
    steps++;
  }
  const seconds = (performance.now() - start) / 1000;
  return {
    tokensPerSecond: (steps * shape.batchSize * shape.unrollSteps) / seconds,
    loss,
    peakMegabytes: process.resourceUsage().maxRSS / 1024,
  };
}

function inOwnProcess(name: EngineName): Promise<Round> {
  return new Promise((resolve, reject) => {
    const child = fork(__filename, process.argv.slice(2), {
      env: { ...process.env, TRAIN_SPEED_ENGINE: name, OMP_NUM_THREADS: flags.threads },
    });
    child.on('message', (round) => {
      resolve(round as Round);
    });
    child.on('exit', (code) => {
      reject(new Error(`The ${name} round ended with status ${code}.`));
    });
  });
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

async function main(): Promise<void> {
  const only = process.env['TRAIN_SPEED_ENGINE'] as EngineName | undefined;
  if (only !== undefined) {
    const round = await measure(only, shapeOf());
    process.send!(round, () => {
      process.exit(0);
    });
    return;
  }
  const engines = flags.engines.split(',') as EngineName[];
  const rounds = new Map<EngineName, Round[]>(engines.map((name) => [name, []]));
  for (let round = 0; round < Number(flags.rounds); round++) {
    for (const name of engines) {
      rounds.get(name)!.push(await inOwnProcess(name));
    }
  }
  const table = engines.map((engine) => ({
    engine,
    tokensPerSecond: Math.round(median(rounds.get(engine)!.map((round) => round.tokensPerSecond))),
    all: rounds.get(engine)!.map((round) => Math.round(round.tokensPerSecond)),
    peakMegabytes: Math.round(Math.max(...rounds.get(engine)!.map((round) => round.peakMegabytes))),
  }));
  if (flags.json) {
    process.stdout.write(`${JSON.stringify({ flags, table })}\n`);
  } else {
    for (const { engine, tokensPerSecond, all, peakMegabytes } of table) {
      process.stdout.write(
        `${engine.padEnd(8)} ${tokensPerSecond} tokens/s (${all.join(', ')}), peak ${peakMegabytes} MB\n`,
      );
    }
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
});
