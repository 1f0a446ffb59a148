import assert from 'node:assert/strict';
import type { NetworkWeights } from '../../../../src/model/networkConfig';
import { downloadTensors } from '../../../../src/trainer/network/parameters';
import type { TensorNetwork } from '../../../../src/trainer/network/tensorNetwork';
import { windows } from '../../../support/trainingTrial';
import { doubleLoss } from './doubleLoss';

/** Numbers checked of each tensor, as each takes two losses in 64-bit floats. */
const CHECKED_ELEMENTS = 40;

const doubles = (weights: NetworkWeights) =>
  new Map([...weights].map(([name, values]) => [name, Float64Array.from(values)]));

/**
 * Checks the gradients of a second window, with the state carried over from the first, against finite differences.
 * @param weights the network's weights; it must not have read anything
 */
export async function assertGradients(network: TensorNetwork, weights: NetworkWeights): Promise<void> {
  const { config } = network;
  const [first, second] = windows(2);
  network.gradients(first, 0);
  const gradients = await downloadTensors(config, network.gradients(second, 0).byName, {
    download: (tensor) => tensor.data<'float32'>(),
  });
  const { state } = doubleLoss(config, doubles(weights), first, null);
  const h = 1e-5;
  for (const [name, gradient] of gradients) {
    for (let i = 0; i < gradient.length; i += Math.ceil(gradient.length / CHECKED_ELEMENTS)) {
      const lossAt = (change: number) => {
        const moved = doubles(weights);
        moved.get(name)![i] += change;
        return doubleLoss(config, moved, second, state).loss;
      };
      const expected = (lossAt(h) - lossAt(-h)) / (2 * h);
      assert.ok(
        Math.abs(gradient[i] - expected) < 1e-6 + 1e-4 * Math.abs(expected),
        `${name}[${i}] is ${gradient[i]}, should be ${expected}`,
      );
    }
  }
}
