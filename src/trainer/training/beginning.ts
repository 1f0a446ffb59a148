/** What a training starts from: a checkpoint, or a tokenizer alone. */
import { createHash } from 'node:crypto';
import { hasTokens, type Checkpoint } from '../../model/checkpoint/checkpoint';
import type { TrainingRecord } from '../../model/checkpoint/trainingRecord';
import { dequantizeWeights } from '../../model/network/quantizedMatrix';
import {
  describeNetwork,
  networkOfShape,
  sameNetwork,
  type NetworkConfig,
  type NetworkWeights,
} from '../../model/networkConfig';
import type { Tokenizer } from '../../model/tokenizer/tokenizer';
import type { TrainJob } from '../../protocol/trainerProtocol';
import { readCheckpoint } from '../readModel';
import { readTokenizer } from '../sharedTokenizer';

export interface Beginning {
  readonly config: NetworkConfig;
  readonly tokenizer: Tokenizer;
  /** Identifies the base model that the network descends from; null when it descends from none. */
  readonly base: string | null;
  /** Null when the network starts afresh. */
  readonly initial: {
    readonly weights: NetworkWeights;
    readonly gate: Float32Array | null;
    /** Of the personal model that is gone on from; empty where it is the base model. */
    readonly training: TrainingRecord;
  } | null;
}

/** What names the beginning of a training that is run or planned. */
type Start = Pick<TrainJob, 'initialModelPath' | 'baseModelPath' | 'tokenizerPath' | 'options'>;

/**
 * @param warn receives a sentence when the initial model is of another shape than was asked for, of an earlier base model, or
 * predicts other tokens
 * @throws Error with a sentence for the user when a file is missing or damaged
 */
export async function readBeginning(start: Start, warn: (message: string) => void): Promise<Beginning> {
  const { initialModelPath, baseModelPath = null, tokenizerPath, options } = start;
  let model = initialModelPath === null ? null : await readCheckpoint(initialModelPath);
  let isBase = initialModelPath === baseModelPath;
  const newBase = model === null || isBase ? null : await replacedBase(model, baseModelPath);
  if (newBase !== null) {
    warn(
      `The model ${initialModelPath} descends from an earlier base model, so training starts from the present one.`,
    );
    [model, isBase] = [newBase, true];
  }
  const tokenizer = await readTokenizer(tokenizerPath);
  if (model !== null && !hasTokens(model, tokenizer)) {
    // Nothing could use a network that was trained from it.
    warn(
      `The model ${initialModelPath} was trained with another tokenizer than this version of Understudy has, so training starts afresh.`,
    );
    model = null;
  }
  const config = networkOfShape(options, tokenizer.vocabSize);
  const afresh = { config, tokenizer, base: null, initial: null };
  if (model === null) {
    return afresh;
  }
  if (!sameNetwork(config, model.config)) {
    warn(
      `${initialModelPath} is a network of another kind (${describeNetwork(model.config)}) than is asked for (${describeNetwork(config)}), so training starts afresh.`,
    );
    return afresh;
  }
  return {
    ...afresh,
    base: isBase ? networkFingerprint(model) : (model.training.base ?? null),
    initial: {
      weights: dequantizeWeights(model.weights),
      gate: model.gate,
      training: isBase ? {} : model.training,
    },
  };
}

/** The present base model, where a personal one of its shape descends from another. */
async function replacedBase(
  { config, training }: Checkpoint,
  baseModelPath: string | null,
): Promise<Checkpoint | null> {
  if (training.base === undefined || baseModelPath === null) {
    return null;
  }
  const present = await readCheckpoint(baseModelPath);
  return networkFingerprint(present) !== training.base && sameNetwork(present.config, config)
    ? present
    : null;
}

/** Of the network alone: a base model whose gate has learned more is still the same to start from. */
function networkFingerprint({ config, weights }: Checkpoint): string {
  const hash = createHash('sha256').update(JSON.stringify(config));
  for (const [name, tensor] of weights) {
    const arrays = tensor instanceof Float32Array ? [tensor] : [tensor.values, tensor.scales];
    hash.update(name);
    for (const { buffer, byteOffset, byteLength } of arrays) {
      hash.update(new Uint8Array(buffer, byteOffset, byteLength));
    }
  }
  return hash.digest('hex').slice(0, 16);
}
