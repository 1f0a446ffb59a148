/**
 * The layout of the learned tensors on an engine's device. Stored, a matrix is [outputs, inputs] (networkConfig.ts); on the device
 * every kernel and the projection are transposed, [inputs, outputs], so that the forward pass is plain products.
 * The embedding keeps its [V, E].
 */
import { transposed } from '../../model/network/transposed';
import { networkTensorShapes, type NetworkConfig, type NetworkWeights } from '../../model/networkConfig';
import type { Tensor, TensorFlow, TensorOps } from './tensorOps';

/** Whether a tensor is transposed on the device. */
function isTransposed(name: string): boolean {
  return name.endsWith('Kernel') || name === 'projection';
}

/** Shapes on the device, by tensor name. */
export function deviceShapes(config: NetworkConfig): Map<string, number[]> {
  return new Map(
    [...networkTensorShapes(config)].map(([name, shape]) => [
      name,
      isTransposed(name) ? shape.toReversed() : [...shape],
    ]),
  );
}

/** A copy of stored values in the device's layout. */
export function toDeviceLayout(name: string, values: Float32Array, shape: readonly number[]): Float32Array {
  return isTransposed(name) ? transposed(values, shape[0], shape[1]) : values.slice();
}

/** The reverse of {@link toDeviceLayout}; `shape` is the stored one in both. */
export function toStoredLayout(name: string, values: Float32Array, shape: readonly number[]): Float32Array {
  return isTransposed(name) ? transposed(values, shape[1], shape[0]) : values.slice();
}

/** Elements of a tensor of this shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** Puts stored values on the device. */
export function uploadTensors(
  tf: TensorFlow,
  config: NetworkConfig,
  stored: NetworkWeights,
): Map<string, Tensor> {
  const onDevice = deviceShapes(config);
  const tensors = new Map<string, Tensor>();
  for (const [name, shape] of networkTensorShapes(config)) {
    const values = toDeviceLayout(name, stored.get(name)!, shape);
    tensors.set(name, tf.keep(tf.tensor(values, onDevice.get(name))));
  }
  return tensors;
}

/** Reads tensors back into the stored layout. */
export async function downloadTensors(
  config: NetworkConfig,
  tensors: ReadonlyMap<string, Tensor>,
  ops: Pick<TensorOps, 'download'>,
): Promise<Map<string, Float32Array>> {
  const stored = new Map<string, Float32Array>();
  for (const [name, shape] of networkTensorShapes(config)) {
    stored.set(name, toStoredLayout(name, await ops.download(tensors.get(name)!), shape));
  }
  return stored;
}
