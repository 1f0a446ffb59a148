/**
 * Milliseconds per token of the generation kernel, for one state and for several at once: reading (`next`), predicting,
 * both, and a beam step, which predicts and then continues half of the states with two tokens each. The figures are medians of
 * processor time over interleaved rounds; other work on the machine disturbs it less than wall-clock time.
 *
 *   npx tsx bench/kernelSpeed.ts [--json]
 */
import { createKernelNetwork } from '../src/model/network/kernelNetwork';
import type { Expert } from '../src/model/expert';
import type { NetworkConfig } from '../src/model/networkConfig';
import { freshWeights } from '../src/trainer/training/freshWeights';
import { kernelBytes } from '../test/support/kernelBytes';
import { runBench } from './runBench';
import { median } from './median';
import { processorSeconds } from './processorTime';

const ROUNDS = 21;
/** Enough that the timer's resolution and a single interruption do not matter. */
const TOKENS_A_ROUND = 100;
const BEAMS = [1, 2, 3, 4, 8];

const base = { architecture: 'lstm', vocabSize: 4096, embeddingSize: 256, hiddenSize: 512 } as const;
const networks: Readonly<Record<string, NetworkConfig>> = {
  A: { ...base, numLayers: 1 },
  B: { ...base, numLayers: 2 },
};

interface Measurement {
  readonly network: string;
  readonly what: string;
  readonly states: number;
  /** Milliseconds of one call. */
  readonly times: number[];
  readonly run: (tokens: number) => void;
}

function measurements(network: string, model: Expert): Measurement[] {
  const vocabSize = model.vocabSize;
  return BEAMS.flatMap((states) => {
    let current: unknown[] = Array.from({ length: states }, () => model.start());
    const probs = current.map(() => new Float32Array(vocabSize));
    const step = (token: number) => {
      current = model.nextMany(
        current,
        current.map((_, i) => (token * 31 + i * 7) % vocabSize),
      );
    };
    const each = (call: (token: number) => void) => (tokens: number) => {
      for (let token = 0; token < tokens; token++) {
        call(token);
      }
    };
    const predict = () => {
      model.predictMany(current, probs);
    };
    // The better half of the beam has two children each, which replace those of the other half.
    const beamStep = (token: number) => {
      predict();
      current = model.nextMany(
        current.map((_, i) => current[i >> 1]),
        current.map((_, i) => (token * 31 + i * 7) % vocabSize),
      );
    };
    const measured = { network, states };
    return [
      { ...measured, what: 'next', times: [], run: each(step) },
      { ...measured, what: 'predict', times: [], run: each(predict) },
      {
        ...measured,
        what: 'next and predict',
        times: [],
        run: each((token) => {
          step(token);
          predict();
        }),
      },
      { ...measured, what: 'beam step', times: [], run: each(beamStep) },
    ];
  });
}

async function main(): Promise<void> {
  const kernel = await kernelBytes();
  const all = Object.entries(networks).flatMap(([name, config]) =>
    measurements(name, createKernelNetwork(config, freshWeights(config, [], 1), name, kernel)),
  );
  for (const { run } of all) {
    run(TOKENS_A_ROUND);
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const { run, times } of all) {
      const before = processorSeconds();
      run(TOKENS_A_ROUND);
      times.push((1000 * (processorSeconds() - before)) / TOKENS_A_ROUND);
    }
  }
  const rows = all.map(({ network, what, states, times }) => {
    const compared = what === 'beam step' ? 'next and predict' : what;
    const single = all.find(
      (other) => other.network === network && other.what === compared && other.states === 1,
    );
    const milliseconds = median(times);
    return {
      network,
      what,
      states,
      milliseconds,
      timesCheaper: (median(single!.times) * states) / milliseconds,
    };
  });
  if (process.argv.includes('--json')) {
    process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
    return;
  }
  for (const { network, what, states, milliseconds, timesCheaper } of rows) {
    process.stdout.write(
      `net ${network}  ${what.padEnd(17)} ${states} state${states > 1 ? 's' : ' '}  ${milliseconds.toFixed(3)} ms` +
        (states > 1 ? `  ${timesCheaper.toFixed(2)} times cheaper than one by one\n` : '\n'),
    );
  }
}

runBench(main);
