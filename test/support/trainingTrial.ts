/** A few steps of training on small networks, the same on every engine, and what came of them. */
import * as tf from '@tensorflow/tfjs-core';
import type { NetworkConfig, NetworkWeights } from '../../src/model/networkConfig';
import type { TrainBatch, TrainingEngine, TrainStepResult } from '../../src/trainer/engine';
import { seededRandom } from '../../src/model/generation/seededRandom';
import { smallNetworks } from './smallNetworks';
import { randomWeights } from '../unit/model/network/randomWeights';

export interface Trial {
  readonly config: NetworkConfig;
  readonly results: readonly TrainStepResult[];
  readonly evaluated: { readonly lossSum: number; readonly count: number };
  readonly weights: NetworkWeights;
  /** Tensors held after the second step and after the last. */
  readonly tensors: readonly [number, number];
}

const batchSize = 3;
const unrollSteps = 4;
export const TRIAL_STEPS = 8;

/** Windows of random tokens; after the first, the middle row ends early and the last starts a document. */
function windows(vocabSize: number): TrainBatch[] {
  const random = seededRandom(5);
  const ids = () =>
    Int32Array.from({ length: batchSize * unrollSteps }, () => Math.floor(vocabSize * random()));
  return Array.from({ length: TRIAL_STEPS }, (_, index) => ({
    batchSize,
    unrollSteps,
    inputs: ids(),
    targets: ids(),
    mask: Float32Array.from(index === 0 ? '111111111111' : '111111001111', Number),
    resets: Uint8Array.from(index === 0 ? '111' : '001', Number),
  }));
}

export const trialNetworks = smallNetworks({ vocabSize: 11, embeddingSize: 5, hiddenSize: 6 });

/** Dropout, clipping, padding and resets included. */
export async function runTrial(engine: TrainingEngine, config: NetworkConfig): Promise<Trial> {
  const network = engine.createNetwork(config, randomWeights(config, 3), 9);
  const batches = windows(config.vocabSize);
  const results: TrainStepResult[] = [];
  let early = 0;
  for (const [index, batch] of batches.entries()) {
    results.push(await network.trainStep(batch, { learningRate: 0.01, gradientClipNorm: 0.5, dropout: 0.3 }));
    if (index === 1) {
      early = tf.memory().numTensors;
    }
  }
  const late = tf.memory().numTensors;
  const evaluated = await network.evaluateStep(batches[0]);
  const weights = await network.exportWeights();
  network.dispose();
  return { config, results, evaluated, weights, tensors: [early, late] };
}
