/** What a training starts from: a checkpoint, or a tokenizer alone. */
import { readFile } from 'node:fs/promises';
import { decodeCheckpoint, type Checkpoint } from '../../model/checkpoint/checkpoint';
import { dequantizeWeights } from '../../model/network/quantizedMatrix';
import {
  describeNetwork,
  networkOfShape,
  sameNetwork,
  type NetworkConfig,
  type NetworkWeights,
} from '../../model/networkConfig';
import { Tokenizer } from '../../model/tokenizer/tokenizer';
import type { TrainJob } from '../../protocol/trainerProtocol';

export interface Beginning {
  readonly config: NetworkConfig;
  readonly tokenizer: Tokenizer;
  /** The content of `tokenizer.json`, as a checkpoint keeps it. */
  readonly tokenizerJson: unknown;
  /** Null when the network starts afresh. */
  readonly initial: {
    readonly weights: NetworkWeights;
    readonly gate: Float32Array | null;
    /** Optimizer steps that it had before. */
    readonly steps: number;
  } | null;
}

/**
 * @param warn receives a sentence when the initial model is of another shape than was asked for
 * @throws Error with a sentence for the user when a file is missing or damaged
 */
export async function readBeginning(job: TrainJob, warn: (message: string) => void): Promise<Beginning> {
  const { initialModelPath, tokenizerPath, options } = job;
  const checkpoint = initialModelPath === null ? null : await readCheckpoint(initialModelPath);
  const tokenizerJson = checkpoint?.tokenizer ?? (await readTokenizerJson(tokenizerPath));
  const tokenizer = Tokenizer.fromJson(tokenizerJson);
  const config = networkOfShape(options, tokenizer.vocabSize);
  if (checkpoint === null) {
    return { config, tokenizer, tokenizerJson, initial: null };
  }
  if (!sameNetwork(config, checkpoint.config)) {
    warn(
      `${initialModelPath} is a network of another kind (${describeNetwork(checkpoint.config)}) than is asked for (${describeNetwork(config)}), so training starts afresh.`,
    );
    return { config, tokenizer, tokenizerJson, initial: null };
  }
  const initial = {
    weights: dequantizeWeights(checkpoint.weights),
    gate: checkpoint.gate,
    steps: checkpoint.training.steps ?? 0,
  };
  return { config, tokenizer, tokenizerJson, initial };
}

async function readCheckpoint(path: string): Promise<Checkpoint> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new Error(`The model ${path} cannot be read; check that it exists, or train from another one.`, {
      cause: error,
    });
  }
  return decodeCheckpoint(bytes, path);
}

/** @throws Error with a sentence for the user */
export async function readTokenizerJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new Error(`The tokenizer ${path} cannot be read; install Understudy again.`, { cause: error });
  }
}
