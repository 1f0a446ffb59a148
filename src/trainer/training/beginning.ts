/** What a training starts from: a checkpoint, or a tokenizer alone. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { decodeCheckpoint, hasTokens, type Checkpoint } from '../../model/checkpoint/checkpoint';
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

interface StoredModel {
  readonly checkpoint: Checkpoint;
  readonly fingerprint: string;
}

/**
 * @param warn receives a sentence when the initial model is of another shape than was asked for, of an earlier base model, or
 * predicts other tokens
 * @throws Error with a sentence for the user when a file is missing or damaged
 */
export async function readBeginning(start: Start, warn: (message: string) => void): Promise<Beginning> {
  const { initialModelPath, tokenizerPath, options } = start;
  let stored = initialModelPath === null ? null : await readModel(initialModelPath);
  let isBase = initialModelPath === start.baseModelPath;
  const newBase = stored === null || isBase ? null : await replacedBase(stored, start);
  if (newBase !== null) {
    warn(
      `The model ${initialModelPath} descends from an earlier base model, so training starts from the present one.`,
    );
    [stored, isBase] = [newBase, true];
  }
  const tokenizer = await readTokenizer(tokenizerPath);
  if (stored !== null && !hasTokens(stored.checkpoint, tokenizer)) {
    // Nothing could use a network that was trained from it.
    warn(
      `The model ${initialModelPath} was trained with another tokenizer than this version of Understudy has, so training starts afresh.`,
    );
    stored = null;
  }
  const config = networkOfShape(options, tokenizer.vocabSize);
  const afresh = { config, tokenizer, base: null, initial: null };
  if (stored === null) {
    return afresh;
  }
  const { checkpoint, fingerprint } = stored;
  if (!sameNetwork(config, checkpoint.config)) {
    warn(
      `${initialModelPath} is a network of another kind (${describeNetwork(checkpoint.config)}) than is asked for (${describeNetwork(config)}), so training starts afresh.`,
    );
    return afresh;
  }
  return {
    ...afresh,
    base: isBase ? fingerprint : (checkpoint.training.base ?? null),
    initial: {
      weights: dequantizeWeights(checkpoint.weights),
      gate: checkpoint.gate,
      training: isBase ? {} : checkpoint.training,
    },
  };
}

/** The present base model, where a personal one of its shape descends from another. */
async function replacedBase({ checkpoint }: StoredModel, start: Start): Promise<StoredModel | null> {
  const { base } = checkpoint.training;
  if (base === undefined || start.baseModelPath == null) {
    return null;
  }
  const present = await readModel(start.baseModelPath);
  return present.fingerprint !== base && sameNetwork(present.checkpoint.config, checkpoint.config)
    ? present
    : null;
}

async function readModel(path: string): Promise<StoredModel> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new Error(`The model ${path} cannot be read; check that it exists, or train from another one.`, {
      cause: error,
    });
  }
  const checkpoint = decodeCheckpoint(bytes, path);
  return { checkpoint, fingerprint: networkFingerprint(checkpoint) };
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
