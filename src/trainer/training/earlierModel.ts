/** A personal model that a training would overwrite without having started from it. */
import { readFile } from 'node:fs/promises';
import { decodeCheckpoint } from '../../model/checkpoint/checkpoint';
import { dequantizeWeights } from '../../model/network/quantizedMatrix';
import type { HeldOutScore, TrainJob } from '../../protocol/trainerProtocol';
import type { HeldOutSample } from '../data/heldOutSample';
import type { TrainingEngine } from '../engine';
import { EngineFault } from '../engines/guardEngine';
import type { Beginning } from './beginning';
import { measureHeldOut } from './measureHeldOut';
import type { TrainingControl } from './trainingControl';

export interface EarlierModelMeasure {
  readonly engine: TrainingEngine;
  readonly beginning: Beginning;
  readonly sample: HeldOutSample;
  readonly control: TrainingControl;
  /** Told in a sentence that the model there cannot be compared. */
  readonly warn: (message: string) => void;
}

/**
 * Scores the model at the job's path on the same sample as the new one; null where there is none, where training starts
 * from it, or where it cannot be used.
 * @throws CancelledError
 */
export async function scoreEarlierModel(
  { modelPath, initialModelPath, options }: TrainJob,
  { engine, beginning, sample, control, warn }: EarlierModelMeasure,
): Promise<HeldOutScore | null> {
  if (initialModelPath === modelPath && beginning.initial !== null) {
    return null;
  }
  const bytes = await readFile(modelPath).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw new Error(`The model ${modelPath} cannot be read; check that you may open it.`, { cause: error });
    }
    return null;
  });
  if (bytes === null) {
    return null;
  }
  try {
    const { config, weights, tokenizer } = decodeCheckpoint(bytes, modelPath);
    if (JSON.stringify(tokenizer) !== JSON.stringify(beginning.tokenizerJson)) {
      throw new Error(`The model ${modelPath} has another tokenizer.`);
    }
    const network = engine.createNetwork(config, dequantizeWeights(weights), options.seed);
    try {
      return (await measureHeldOut(network, sample, control)).score;
    } finally {
      network.dispose();
    }
  } catch (error) {
    control.signal.throwIfAborted();
    if (error instanceof EngineFault) {
      throw error;
    }
    const why = error instanceof Error ? error.message : String(error);
    warn(`${why} It cannot be compared with the new model, which takes its place.`);
    return null;
  }
}
