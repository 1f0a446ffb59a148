/** A few steps of training on small networks, the same on every engine, and what came of them. */
import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs-core';
import type { NetworkConfig, NetworkWeights } from '../../src/model/networkConfig';
import type { TrainableNetwork, TrainBatch, TrainingEngine, TrainStepResult } from '../../src/trainer/engine';
import { seededRandom } from '../../src/model/generation/seededRandom';
import { smallNetworks, toleratedDistance } from './smallNetworks';
import { randomWeights } from '../unit/model/network/randomWeights';

export interface Trial {
  readonly config: NetworkConfig;
  readonly results: readonly TrainStepResult[];
  readonly evaluated: number;
  readonly weights: NetworkWeights;
  /** Tensors held after the second step and after the last. */
  readonly tensors: readonly [number, number];
}

export const batchSize = 3;
export const unrollSteps = 4;
const TRIAL_STEPS = 8;
const VOCAB_SIZE = 11;

/** Windows of random tokens; after the first, the middle row ends early and the last starts a document. */
export function windows(count: number): TrainBatch[] {
  const random = seededRandom(5);
  const ids = () =>
    Int32Array.from({ length: batchSize * unrollSteps }, () => Math.floor(VOCAB_SIZE * random()));
  return Array.from({ length: count }, (_, index) => ({
    batchSize,
    unrollSteps,
    inputs: ids(),
    targets: ids(),
    mask: Float32Array.from(index === 0 ? '111111111111' : '111111001111', Number),
    resets: Uint8Array.from(index === 0 ? '111' : '001', Number),
  }));
}

export const trialNetworks = smallNetworks({ vocabSize: VOCAB_SIZE, embeddingSize: 5, hiddenSize: 6 });

/** Dropout, clipping, padding and resets included. */
export async function runTrial(engine: TrainingEngine, config: NetworkConfig): Promise<Trial> {
  const network = engine.createNetwork(config, randomWeights(config, 3), 9);
  const batches = windows(TRIAL_STEPS);
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

/** Of a trial that ran on wasm and one of the same network on another engine. */
export function assertTrainsAlike(other: Trial, wasm: Trial): void {
  assert.deepEqual(other.config, wasm.config);
  for (const [step, { loss, gradientNorm }] of wasm.results.entries()) {
    assert.ok(Math.abs(other.results[step].loss - loss) < 1e-4 * loss, `loss of step ${step}`);
    assert.ok(Math.abs(other.results[step].gradientNorm - gradientNorm) < 1e-3 * gradientNorm);
  }
  assert.ok(Math.abs(other.evaluated - wasm.evaluated) < 1e-4 * wasm.evaluated);
  const moved = distance(wasm.weights, randomWeights(wasm.config, 3));
  assert.ok(distance(other.weights, wasm.weights) < toleratedDistance(wasm.config) * moved);
}

/**
 * A training in which the rows at once are halved twice gives the numbers of one that keeps all of them. One that forgets the rows'
 * states shows that they matter to these numbers.
 */
export async function assertHalvingForgetsNothing(
  engine: TrainingEngine,
  config: NetworkConfig,
): Promise<void> {
  const halvings = new Map([
    [3, 2],
    [5, 1],
  ]);
  const train = async (before: (network: TrainableNetwork, step: number) => void): Promise<number[]> => {
    const network = engine.createNetwork(config, randomWeights(config, 3), 9);
    const losses: number[] = [];
    for (const [step, batch] of windows(TRIAL_STEPS).entries()) {
      before(network, step);
      const trained = await network.trainStep(batch, {
        learningRate: 0.01,
        gradientClipNorm: 0.5,
        dropout: 0.3,
      });
      const evaluated = await network.evaluateStep(batch);
      losses.push(trained.loss, evaluated);
    }
    network.dispose();
    return losses;
  };
  const whole = await train(() => undefined);
  const halved = await train((network, step) => {
    const rows = halvings.get(step);
    if (rows !== undefined) {
      network.limitRows(rows);
    }
  });
  const forgetful = await train((network, step) => {
    if (halvings.has(step)) {
      network.resetState('train');
      network.resetState('evaluate');
    }
  });
  const change = (losses: readonly number[]): number =>
    Math.max(...losses.map((loss, i) => Math.abs(loss - whole[i]) / whole[i]));
  assert.ok(change(halved) < 1e-4, `the loss changes by ${change(halved)} of it`);
  assert.ok(change(forgetful) > 1e-3, `without the states it changes by ${change(forgetful)} of it`);
}

/** Euclidean, over all tensors. */
function distance(one: NetworkWeights, other: NetworkWeights): number {
  let squares = 0;
  for (const [name, values] of one) {
    values.forEach((value, i) => (squares += (value - other.get(name)![i]) ** 2));
  }
  return Math.sqrt(squares);
}
