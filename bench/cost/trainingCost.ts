import { FINE_TUNING } from '../../src/protocol/trainerProtocol';
import type { ProductPaths } from '../../src/terminal/productPaths';
import { startTraining } from '../../src/trainer/trainerClient';
import { freshTraining } from '../freshTraining';
import { childProcesses, residentBytes } from './peakMemory';

const SECONDS = 20;
const POLL_MILLISECONDS = 100;

export interface TrainingCost {
  /** While optimising. */
  readonly tokensPerSecond: number;
  /** The time of a training outside its steps: reading, measuring, calibrating, saving. */
  readonly besideStepsSeconds: number;
  readonly peakBytes: number | null;
}

/**
 * Measures a short training on a folder in the trainer's process, of a network as large as the base model's and with the batches of
 * fine-tuning. It starts from scratch: a base model that has already read this corpus would gain nothing, so that no
 * model would be written.
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
    job: freshTraining(folder, modelPath, { ...FINE_TUNING, engine, threads, seconds: SECONDS }),
    onEvent: (event) => {
      if (event.kind === 'warning') {
        process.stderr.write(`${event.message}\n`);
      }
    },
  });
  // The peak only grows, so the last reading before the process ends is enough.
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
