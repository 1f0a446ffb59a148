/** A network's parameters in memory that all threads share: the tensors in the device's layout, one after the other. */
import { networkTensorShapes, type NetworkConfig, type NetworkWeights } from '../../model/networkConfig';
import { sizeOf, toDeviceLayout, toStoredLayout } from '../network/parameters';
import { FLOAT_BYTES } from './trainingKernel';

const PAGE_BYTES = 65536;

type SharedFloats = Float32Array<SharedArrayBuffer>;

/** Plain, so that it can be sent to threads. */
export interface SharedParameters {
  /** The memory that all regions lie in, for the kernel. */
  readonly memory: WebAssembly.Memory;
  readonly values: SharedFloats;
  readonly firstMoments: SharedFloats;
  readonly secondMoments: SharedFloats;
  /** One region a thread; the first one takes the sum. */
  readonly gradients: readonly SharedFloats[];
}

export function shareParameters(
  config: NetworkConfig,
  weights: NetworkWeights,
  threads: number,
): SharedParameters {
  const length = [...networkTensorShapes(config).values()].reduce((sum, shape) => sum + sizeOf(shape), 0);
  const bytes = FLOAT_BYTES * length;
  const pages = Math.ceil(((3 + threads) * bytes) / PAGE_BYTES);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const buffer = memory.buffer as unknown as SharedArrayBuffer;
  const region = (index: number): SharedFloats => new Float32Array(buffer, index * bytes, length);
  const values = region(0);
  writeTensors(config, values, weights);
  return {
    memory,
    values,
    firstMoments: region(1),
    secondMoments: region(2),
    gradients: Array.from({ length: threads }, (_, thread) => region(3 + thread)),
  };
}

/** Stored tensors into a region. */
export function writeTensors(config: NetworkConfig, region: Float32Array, tensors: NetworkWeights): void {
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
