/** Runs a training for the terminal tool: progress on stderr, cancelled by Ctrl+C. */
import { join } from 'node:path';
import { hasShape, type NetworkShape } from '../model/networkConfig';
import { suitedTraining } from '../protocol/suitedTraining';
import type { DoneEvent } from '../protocol/trainerEvents';
import type { EngineName, TrainJob } from '../protocol/trainerProtocol';
import { DEFAULT_MAX_TOTAL_BYTES } from '../trainer/corpus/scanFolders';
import { readCheckpoint } from '../trainer/readModel';
import { startTraining } from '../trainer/trainerClient';
import { lockModel } from '../trainer/training/trainingLock';
import { nativeFolders } from './productPaths';
import { InterruptedError, type Terminal } from './terminal';
import { explainEnd } from './trainerEnd';
import { TrainingProgress } from './trainingProgress';
import { requireBuilt } from './withGenerator';

type TrainRequest = Pick<
  TrainJob,
  'folders' | 'split' | 'modelPath' | 'resumePath' | 'initialModelPath' | 'options'
>;

export interface TrainResult {
  readonly done: DoneEvent;
  /** Null when it was cancelled before an engine was loaded. */
  readonly engine: EngineName | null;
  /** In all steps; more than the text has where it was read several times. */
  readonly readTokens: number;
}

/**
 * @param afterEnd what is said where the process of the trainer ends unexpectedly: what became of the training, and what to do
 * @throws Error whose message is for the user, when the training fails
 */
export async function trainModel(
  terminal: Terminal,
  request: TrainRequest,
  afterEnd: string,
): Promise<TrainResult> {
  const { product, signal } = terminal;
  await requireBuilt(product.trainer);
  signal.throwIfAborted();
  const progress = new TrainingProgress(terminal);
  const options = {
    ...request.options,
    ...(request.initialModelPath === null ? {} : suitedTraining(request.options.architecture, true)),
  };
  const run = startTraining({
    processPath: product.trainer,
    job: {
      ...request,
      options,
      excludeGlobs: [],
      maxTotalBytes: DEFAULT_MAX_TOTAL_BYTES,
      tokenizerPath: product.tokenizer,
      baseModelPath: product.baseModel,
      kernelPath: product.kernel,
      nativeFolders: nativeFolders(product),
      engineTimingsPath: join(product.root, '.cache', 'engine-timings.json'),
    },
    onEvent: progress.hear,
  });
  const stop = () => {
    if (signal.reason instanceof InterruptedError) {
      run.end();
    } else {
      run.cancel();
    }
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    const done = await run.finished;
    const readTokens = done.steps * options.batchSize * options.unrollSteps;
    return { done, engine: progress.engineName, readTokens };
  } catch (error) {
    if (signal.reason instanceof InterruptedError) {
      terminal.note(`The training was ended from outside. ${afterEnd}`);
      // What the ended process has left of its lock goes with this one.
      await lockModel(request.modelPath)
        .then((lock) => lock.release())
        .catch(() => undefined);
    }
    throw explainEnd(error, afterEnd);
  } finally {
    signal.removeEventListener('abort', stop);
    terminal.progress.clear();
  }
}

/**
 * The first of the models given whose network has the shape asked for, as training can start only from such a one.
 * @throws Error whose message is for the user, when a model is damaged
 */
export async function startingModel(
  paths: readonly (string | null)[],
  wanted: NetworkShape,
): Promise<string | null> {
  for (const path of paths) {
    if (path !== null) {
      const { config } = await readCheckpoint(path);
      if (hasShape(config, wanted)) {
        return path;
      }
    }
  }
  return null;
}
