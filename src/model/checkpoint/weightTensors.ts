/** How learned tensors are stored: floats, or a matrix in 8 bits and `<name>.scales` with one float a row. */
import { isEqual } from '../commonPrefix';
import { networkTensorShapes, type NetworkConfig } from '../networkConfig';
import type { QuantizedMatrix, StoredWeights } from '../network/quantizedMatrix';
import type { StoredTensor } from './safetensors';

export function floatTensor(values: Float32Array, shape: readonly number[]): StoredTensor {
  return { type: 'F32', shape, bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) };
}

/** Undefined when the tensor is missing, of another type or shape, or holds NaN or infinities. */
export function readFloats(
  tensor: StoredTensor | undefined,
  shape: readonly number[],
): Float32Array | undefined {
  if (tensor?.type !== 'F32' || !isEqual(tensor.shape, shape)) {
    return undefined;
  }
  const values = new Float32Array(copied(tensor.bytes));
  return areFinite(values) ? values : undefined;
}

/** @throws RangeError naming a tensor that holds NaN or infinities */
export function storeWeights(config: NetworkConfig, weights: StoredWeights): Map<string, StoredTensor> {
  const stored = new Map<string, StoredTensor>();
  for (const [name, shape] of networkTensorShapes(config)) {
    const tensor = weights.get(name)!;
    const floats = tensor instanceof Float32Array ? tensor : tensor.scales;
    if (!areFinite(floats)) {
      throw new RangeError(`Tensor "${name}" holds values that are not finite; its training has diverged.`);
    }
    if (tensor instanceof Float32Array) {
      stored.set(name, floatTensor(tensor, shape));
    } else {
      const { buffer, byteOffset, byteLength } = tensor.values;
      stored.set(name, { type: 'I8', shape, bytes: new Uint8Array(buffer, byteOffset, byteLength) });
      stored.set(scalesName(name), floatTensor(tensor.scales, [shape[0]]));
    }
  }
  return stored;
}

/** The weights, or the name of the first tensor that is missing, of a wrong type or shape, or not finite. */
export function readWeights(
  config: NetworkConfig,
  stored: ReadonlyMap<string, StoredTensor>,
): Map<string, Float32Array | QuantizedMatrix> | string {
  const weights = new Map<string, Float32Array | QuantizedMatrix>();
  for (const [name, shape] of networkTensorShapes(config)) {
    const tensor = stored.get(name);
    const weight =
      tensor?.type === 'I8'
        ? readQuantized(tensor, stored.get(scalesName(name)), shape)
        : readFloats(tensor, shape);
    if (!weight) {
      return name;
    }
    weights.set(name, weight);
  }
  return weights;
}

function readQuantized(
  tensor: StoredTensor,
  scalesTensor: StoredTensor | undefined,
  shape: readonly number[],
): QuantizedMatrix | undefined {
  const scales = readFloats(scalesTensor, [shape[0]]);
  const values = new Int8Array(copied(tensor.bytes));
  const isSound = shape.length === 2 && isEqual(tensor.shape, shape) && !values.includes(-128);
  return isSound && scales?.every((scale) => scale >= 0)
    ? { rows: shape[0], columns: shape[1], values, scales }
    : undefined;
}

/** Whether all are finite; checks a million values per millisecond, which a function call for each would not reach. */
function areFinite(values: Float32Array): boolean {
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    // NaN and infinities times 0 are NaN, and stay in the sum.
    total += values[i] * 0;
  }
  return total === 0;
}

/** The bytes in a buffer of their own, aligned for any type. (`slice` would not copy one of Node's Buffers.) */
function copied(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

function scalesName(matrixName: string): string {
  return `${matrixName}.scales`;
}
