import type { Expert } from '../expert';
import type { NetworkConfig } from '../networkConfig';
import { KernelRecurrent } from './kernelRecurrent';
import { KernelTransformer } from './kernelTransformer';
import type { StoredWeights } from './quantizedMatrix';

/**
 * A network on the WebAssembly kernel: 8-bit weights, each vector of activations rounded to 16 bits, sums exact in
 * 32 bits; gates, attention's weights and softmax in floats. Each network has a memory of its own, which is allocated once and
 * never grows. A state is private to the architecture and only valid for networks of the same blueprint.
 *
 * @param weights all tensors of the blueprint; matrices that are not in 8 bits are rounded to them
 * @param kernelBytes content of kernel.wasm
 * @throws Error when the kernel cannot be loaded or there is not enough memory
 */
export function createKernelNetwork(
  config: NetworkConfig,
  weights: StoredWeights,
  name: string,
  kernelBytes: Uint8Array,
): Expert {
  return config.architecture === 'transformer'
    ? new KernelTransformer(config, weights, name, kernelBytes)
    : new KernelRecurrent(config, weights, name, kernelBytes);
}
