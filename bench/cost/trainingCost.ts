import { join } from 'node:path';
import { DEFAULT_TRAINING, FINE_TUNING } from '../../src/protocol/trainerProtocol';
import type { ProductPaths } from '../../src/terminal/productPaths';
import { startTraining } from '../../src/trainer/trainerClient';
import { childProcesses, residentBytes } from './peakMemory';

const SECONDS = 20;
/** The most that a training may be asked to read. */
const MOST_BYTES = 2 ** 31;
const POLL_MILLISECONDS = 100;

export interface TrainingCost {
  /** While optimising. */
  readonly tokensPerSecond: number;
  /** All of a training but its steps: reading, measuring, calibrating, saving. */
  readonly besideStepsSeconds: number;
  readonly peakBytes: number | null;
}

/**
 * A short training on a folder, by an engine in the trainer's process, of a network as large as the base model's, with
 * the batches of fine-tuning. It starts afresh: a base model that has read this very corpus would gain nothing, so that no
 * model were written.
 * @param modelPath where the model goes
 */
export async function trainingCost(
  folder: string,
  modelPath: string,
  product: ProductPaths,
  engine: 'native' | 'wasm' = 'wasm',
  threads = 0,
): Promise<TrainingCost> {
  let peakBytes: number | null = null;
  const started = performance.now();
  const { finished } = startTraining({
    processPath: product.trainer,
    job: {
      folders: [folder],
      split: null,
      excludeGlobs: [],
      maxTotalBytes: MOST_BYTES,
      modelPath,
      resumePath: `${modelPath}.resume`,
      initialModelPath: null,
      tokenizerPath: product.tokenizer,
      baseModelPath: product.baseModel,
      kernelPath: product.kernel,
      nativeFolders: [join(__dirname, '..', '..', '.cache', 'native')],
      options: {
        ...DEFAULT_TRAINING,
        batchSize: FINE_TUNING.batchSize,
        engine,
        threads,
        seconds: SECONDS,
        onBattery: 'continue',
      },
    },
    onEvent: (event) => {
      if (event.kind === 'warning') {
        process.stderr.write(`${event.message}\n`);
      }
    },
  });
  // The peak only grows, so the last look before the end tells it.
  const poll = setInterval(() => {
    for (const pid of childProcesses()) {
      peakBytes = Math.max(peakBytes ?? 0, residentBytes(pid, 'VmHWM') ?? 0) || null;
    }
  }, POLL_MILLISECONDS);
  try {
    const { tokensPerSecond } = await finished;
    return {
      tokensPerSecond,
      besideStepsSeconds: (performance.now() - started) / 1000 - SECONDS,
      peakBytes,
    };
  } finally {
    clearInterval(poll);
  }
}
