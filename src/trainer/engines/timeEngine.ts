/** How fast an engine trains a network, by a short trial. */
import { networkTensorShapes } from '../../model/networkConfig';
import { seededRandom } from '../../model/generation/seededRandom';
import type { TimeJob } from '../../protocol/trainerProtocol';
import type { TrainBatch, TrainingEngine } from '../engine';
import { sizeOf } from '../network/parameters';

/** What is trained: the real network and batch size, since engines differ by both. */
export type TimedWork = Omit<TimeJob, 'engine' | 'nativeFolders'>;

/** Windows shorter than those of training keep the trial short; each step's products are as large. */
const UNROLL_STEPS = 4;
/** Most that the first loss may differ from that of a guess, as a share of it; in right engines it differs by a hundredth at most. */
const MOST_OFF = 0.05;
const MILLISECONDS = 300;
/** A trial that takes longer is ended from outside. */
export const LONGEST_TIMING_MILLISECONDS = 20_000;

/**
 * Tokens a second of whole optimizer steps, the first one left out.
 * @param now in milliseconds
 * @throws Error when the engine cannot train, or computes wrong numbers, as a GPU with a faulty driver may, very fast
 */
export async function timeEngine(
  engine: TrainingEngine,
  { config, batchSize }: Pick<TimedWork, 'config' | 'batchSize'>,
  now: () => number = () => performance.now(),
): Promise<number> {
  const random = seededRandom(1);
  // Values of an ordinary size: denormal numbers would slow a processor down.
  const weights = new Map(
    [...networkTensorShapes(config)].map(
      ([name, shape]) =>
        [name, Float32Array.from({ length: sizeOf(shape) }, () => 0.1 * (random() - 0.5))] as const,
    ),
  );
  const length = batchSize * UNROLL_STEPS;
  const ids = (): Int32Array => Int32Array.from({ length }, () => Math.floor(config.vocabSize * random()));
  const batch: TrainBatch = {
    batchSize,
    unrollSteps: UNROLL_STEPS,
    inputs: ids(),
    targets: ids(),
    mask: new Float32Array(length).fill(1),
    // Each step starts alike, so that the loss of a network that learns falls with every one.
    resets: new Uint8Array(batchSize).fill(1),
  };
  const network = engine.createNetwork(config, weights, 1);
  try {
    const step = () => network.trainStep(batch, { learningRate: 1e-4, gradientClipNorm: 1, dropout: 0 });
    // Compiles shaders, packs weights.
    const { loss: first } = await step();
    const start = now();
    let steps = 0;
    let last: number;
    let milliseconds: number;
    do {
      ({ loss: last } = await step());
      steps++;
      milliseconds = now() - start;
    } while (milliseconds < MILLISECONDS);
    checkLosses(first, last, Math.log(config.vocabSize));
    return (1000 * steps * length) / milliseconds;
  } finally {
    network.dispose();
  }
}

/** @param guess the loss of a network that knows nothing, nats */
function checkLosses(first: number, last: number, guess: number): void {
  if (!(Math.abs(first - guess) < MOST_OFF * guess && last < first)) {
    throw new Error(
      `It computes wrong numbers here: losses of ${first.toFixed(3)} and later ${last.toFixed(3)}, where about ${guess.toFixed(3)} and later less is right.`,
    );
  }
}
