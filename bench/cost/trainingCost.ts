import { stat } from 'node:fs/promises';
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
  /** What it wrote; null when a model that short of training was no better than the base model. */
  readonly modelPath: string | null;
  readonly modelBytes: number | null;
}

/** A short training of the base network on a folder, by the wasm engine in the trainer's process. */
export async function trainingCost(
  folder: string,
  modelPath: string,
  product: ProductPaths,
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
      initialModelPath: product.baseModel,
      tokenizerPath: product.tokenizer,
      baseModelPath: product.baseModel,
      kernelPath: product.kernel,
      options: {
        ...DEFAULT_TRAINING,
        ...(product.baseModel === null ? {} : FINE_TUNING),
        engine: 'wasm',
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
    const done = await finished;
    return {
      tokensPerSecond: done.tokensPerSecond,
      besideStepsSeconds: (performance.now() - started) / 1000 - SECONDS,
      peakBytes,
      modelPath: done.modelPath,
      modelBytes: done.modelPath === null ? null : (await stat(done.modelPath)).size,
    };
  } finally {
    clearInterval(poll);
  }
}
