/** A network's parameters in memory that all threads share: the tensors in the device's layout, one after the other. */
import { networkTensorShapes, type NetworkConfig, type NetworkWeights } from '../../model/networkConfig';
import type { OptimizerState } from '../engine';
import { checkSizes, sizeOf, toDeviceLayout, toStoredLayout } from '../network/parameters';

type SharedFloats = Float32Array<SharedArrayBuffer>;

/** Plain arrays, so that they can be sent to threads. */
export interface SharedParameters {
  readonly values: SharedFloats;
  readonly firstMoments: SharedFloats;
  readonly secondMoments: SharedFloats;
  /** One region a thread; the first one takes the sum. */
  readonly gradients: readonly SharedFloats[];
}

/** @throws Error when a tensor is missing or of the wrong size */
export function shareParameters(
  config: NetworkConfig,
  weights: NetworkWeights,
  threads: number,
): SharedParameters {
  const length = [...networkTensorShapes(config).values()].reduce((sum, shape) => sum + sizeOf(shape), 0);
  const region = (): SharedFloats => new Float32Array(new SharedArrayBuffer(4 * length));
  const values = region();
  writeTensors(config, values, weights);
  return {
    values,
    firstMoments: region(),
    secondMoments: region(),
    gradients: Array.from({ length: threads }, region),
  };
}

/** Stored tensors into a region. */
export function writeTensors(config: NetworkConfig, region: Float32Array, tensors: NetworkWeights): void {
  checkSizes(config, tensors);
  let offset = 0;
  for (const [name, shape] of networkTensorShapes(config)) {
    region.set(toDeviceLayout(name, tensors.get(name)!, shape), offset);
    offset += sizeOf(shape);
  }
}

/** A region as stored tensors. */
export function readTensors(config: NetworkConfig, region: Float32Array): NetworkWeights {
  const tensors = new Map<string, Float32Array>();
  let offset = 0;
  for (const [name, shape] of networkTensorShapes(config)) {
    const end = offset + sizeOf(shape);
    tensors.set(name, toStoredLayout(name, region.subarray(offset, end), shape));
    offset = end;
  }
  return tensors;
}

export function readOptimizer(config: NetworkConfig, shared: SharedParameters, step: number): OptimizerState {
  return {
    step,
    firstMoments: readTensors(config, shared.firstMoments),
    secondMoments: readTensors(config, shared.secondMoments),
  };
}

/**
 * Sums the regions of gradients from `from` to `to` into the first one.
 * @returns the sum of squares there
 */
export function sumGradients({ gradients }: SharedParameters, from: number, to: number): number {
  const [total, ...others] = gradients;
  for (const other of others) {
    for (let i = from; i < to; i++) {
      total[i] = total[i] + other[i];
    }
  }
  let squares = 0;
  for (let i = from; i < to; i++) {
    squares += total[i] * total[i];
  }
  return squares;
}
