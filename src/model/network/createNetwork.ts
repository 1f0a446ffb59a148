import type { NetworkConfig } from '../networkConfig';
import { createKernelNetwork } from './kernelNetwork';
import type { NetworkModel } from './networkModel';
import type { StoredWeights } from './quantizedMatrix';
import { ReferenceNetwork } from './referenceNetwork';
import { ReferenceTransformer } from './referenceTransformer';

/**
 * The network of a checkpoint, whatever its architecture.
 * @param kernelBytes content of kernel.wasm; null computes without it, many times slower
 * @throws RangeError naming a tensor that is missing or of another shape than the blueprint's; Error when the kernel
 *   cannot be loaded or there is not enough memory
 */
export function createNetwork(
  config: NetworkConfig,
  weights: StoredWeights,
  name: string,
  kernelBytes: Uint8Array | null,
): NetworkModel {
  if (kernelBytes !== null) {
    return createKernelNetwork(config, weights, name, kernelBytes);
  }
  return config.architecture === 'transformer'
    ? new ReferenceTransformer(config, weights, name)
    : new ReferenceNetwork(config, weights, name);
}
