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
const MILLISECONDS = 300;
/** A trial that takes longer is ended from outside. */
export const LONGEST_TIMING_MILLISECONDS = 20_000;

/**
 * Tokens a second of whole optimizer steps, the first one left out.
 * @param now in milliseconds
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
    resets: new Uint8Array(batchSize),
  };
  const network = engine.createNetwork(config, weights, 1);
  try {
    const step = () => network.trainStep(batch, { learningRate: 1e-4, gradientClipNorm: 1, dropout: 0 });
    // Compiles shaders, packs weights.
    await step();
    for (;;) {
      const start = now();
      let steps = 0;
      let milliseconds: number;
      do {
        await step();
        steps++;
        milliseconds = now() - start;
      } while (milliseconds < MILLISECONDS);
      // Otherwise the computer has slept, and the clock of most systems goes on meanwhile.
      if (milliseconds < LONGEST_TIMING_MILLISECONDS) {
        return (1000 * steps * length) / milliseconds;
      }
    }
  } finally {
    network.dispose();
  }
}
