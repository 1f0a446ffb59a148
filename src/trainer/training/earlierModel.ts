/** The personal model whose place a new one would take. */
import { decodeCheckpoint, hasTokens, type Checkpoint } from '../../model/checkpoint/checkpoint';
import { dequantizeWeights } from '../../model/network/quantizedMatrix';
import type { Tokenizer } from '../../model/tokenizer/tokenizer';
import { asError } from '../../protocol/asError';
import type { HeldOutScore } from '../../protocol/trainerEvents';
import type { HeldOutSample } from '../data/heldOutSample';
import type { TrainingEngine } from '../engine';
import { readIfPresent } from '../ifPresent';
import { measureHeldOut } from './measureHeldOut';
import type { TrainingControl } from './trainingControl';

/**
 * Null where there is none, or where it cannot be used.
 * @param tokenizer of the new model
 * @param warn is told in a sentence that the model there cannot be compared
 * @throws Error with a sentence for the user when the file may not be opened
 */
export async function readEarlierModel(
  modelPath: string,
  tokenizer: Tokenizer,
  warn: (message: string) => void,
): Promise<Checkpoint | null> {
  const bytes = await readIfPresent(modelPath);
  if (bytes === null) {
    return null;
  }
  try {
    const checkpoint = decodeCheckpoint(bytes, modelPath);
    if (!hasTokens(checkpoint, tokenizer)) {
      throw new Error(`The model ${modelPath} has another tokenizer.`);
    }
    return checkpoint;
  } catch (error) {
    const why = asError(error).message;
    warn(`${why} It cannot be compared with the new model, which takes its place.`);
    return null;
  }
}

/**
 * On the same sample as the new model.
 * @param seed of the training
 * @throws CancelledError
 */
export async function scoreEarlierModel(
  { config, weights }: Checkpoint,
  engine: TrainingEngine,
  sample: HeldOutSample,
  seed: number,
  control: TrainingControl,
): Promise<HeldOutScore> {
  const network = engine.createNetwork(config, dequantizeWeights(weights), seed);
  try {
    return (await measureHeldOut(network, sample, control)).score;
  } finally {
    network.dispose();
  }
}
