import { networkTensorShapes, type NetworkConfig } from '../networkConfig';

/** A matrix of 8-bit integers with one scale a row: element (r, c) stands for values[r, c] · scales[r]. */
export interface QuantizedMatrix {
  readonly rows: number;
  readonly columns: number;
  /** [rows, columns], row-major, −127 to 127. */
  readonly values: Int8Array;
  /** [rows], not negative. */
  readonly scales: Float32Array;
}

/** Learned tensors as they are stored: matrices may be quantised, vectors never are. */
export type StoredWeights = ReadonlyMap<string, Float32Array | QuantizedMatrix>;

/** The largest magnitude used, so that the range is symmetric and −w is represented as exactly as w. */
const INT8_LIMIT = 127;

/**
 * Rounds a row-major matrix [rows, columns] to 8 bits with one scale a row, so that the largest magnitude of
 * each row becomes 127. A row of zeros gets scale 0. The error of an element is at most half its row's scale.
 */
export function quantizeRows(matrix: Float32Array, rows: number, columns: number): QuantizedMatrix {
  const values = new Int8Array(rows * columns);
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const begin = row * columns;
    let largest = 0;
    for (let i = begin; i < begin + columns; i++) {
      largest = Math.max(largest, Math.abs(matrix[i]));
    }
    const scale = Math.fround(largest / INT8_LIMIT);
    scales[row] = scale;
    // The row is zero, or so small that its scale underflows; it stays zero, as its quotients would not be finite.
    if (scale === 0) {
      continue;
    }
    for (let i = begin; i < begin + columns; i++) {
      const rounded = Math.round(matrix[i] / scale);
      values[i] = Math.max(-INT8_LIMIT, Math.min(INT8_LIMIT, rounded));
    }
  }
  return { rows, columns, values, scales };
}

/** The row-major values [rows, columns] that a quantised matrix stands for. */
export function dequantizeRows({ rows, columns, values, scales }: QuantizedMatrix): Float32Array {
  const matrix = new Float32Array(rows * columns);
  for (let row = 0, i = 0; row < rows; row++) {
    const scale = scales[row];
    for (let column = 0; column < columns; column++, i++) {
      matrix[i] = values[i] * scale;
    }
  }
  return matrix;
}

/** All tensors of a blueprint, its matrices rounded to 8 bits. */
export function quantizeWeights(config: NetworkConfig, weights: StoredWeights): StoredWeights {
  const quantized = new Map(weights);
  for (const [name, shape] of networkTensorShapes(config)) {
    const tensor = weights.get(name);
    if (shape.length === 2 && tensor instanceof Float32Array) {
      quantized.set(name, quantizeRows(tensor, shape[0], shape[1]));
    }
  }
  return quantized;
}

/** All tensors as floats, e.g. to continue the training of a network that was stored in 8 bits. */
export function dequantizeWeights(weights: StoredWeights): Map<string, Float32Array> {
  const floats = new Map<string, Float32Array>();
  for (const [name, tensor] of weights) {
    floats.set(name, tensor instanceof Float32Array ? tensor : dequantizeRows(tensor));
  }
  return floats;
}
