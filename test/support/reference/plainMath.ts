/** The formulas of networkConfig.ts in 32-bit floats, one loop each, for the reference networks. */
import { dequantizeRows, type QuantizedMatrix } from '../../../src/model/network/quantizedMatrix';
import { NORM_EPSILON, rotaryAngle } from '../../../src/model/networkConfig';

/** A matrix as it is stored, as row-major floats [rows, columns]. */
export function floatsOf(matrix: Float32Array | QuantizedMatrix): Float32Array {
  return matrix instanceof Float32Array ? matrix : dequantizeRows(matrix);
}

/** matrix [rows, vector.length] · vector (+ bias [rows]) */
export function affine(matrix: Float32Array, vector: Float32Array, bias?: Float32Array): Float32Array {
  const columns = vector.length;
  const result = new Float32Array(matrix.length / columns);
  for (let row = 0, i = 0; row < result.length; row++) {
    let total = bias === undefined ? 0 : bias[row];
    for (let column = 0; column < columns; column++, i++) {
      total += matrix[i] * vector[column];
    }
    result[row] = total;
  }
  return result;
}

export function sum(a: Float32Array, b: Float32Array): Float32Array {
  return a.map((value, i) => value + b[i]);
}

/** exp(logits − max) divided by its sum, so that it neither overflows nor divides by zero; may be in place. */
export function softmax(logits: Float32Array, probs: Float32Array): void {
  const largest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  let total = 0;
  for (let i = 0; i < logits.length; i++) {
    const weight = Math.exp(logits[i] - largest);
    probs[i] = weight;
    total += weight;
  }
  for (let i = 0; i < logits.length; i++) {
    probs[i] /= total;
  }
}

export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** The vector scaled to a root mean square of 1, times `gain`. */
export function rmsNorm(vector: Float32Array, gain: Float32Array): Float32Array {
  const meanSquare = vector.reduce((total, value) => total + value * value, 0) / vector.length;
  const scale = 1 / Math.sqrt(meanSquare + NORM_EPSILON);
  return vector.map((value, i) => gain[i] * value * scale);
}

/** One head's vector, with its pairs (i, i + length / 2) rotated by the angles of its position. */
export function rotate(vector: Float32Array, position: number): Float32Array {
  const half = vector.length / 2;
  const rotated = new Float32Array(vector.length);
  for (let i = 0; i < half; i++) {
    const angle = rotaryAngle(position, i, vector.length);
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    rotated[i] = vector[i] * cos - vector[i + half] * sin;
    rotated[i + half] = vector[i] * sin + vector[i + half] * cos;
  }
  return rotated;
}

/** Σ_j softmax_j(query · keys_j / √length) values_j of one head. */
export function attend(
  query: Float32Array,
  keys: readonly Float32Array[],
  values: readonly Float32Array[],
): Float32Array {
  const scores = Float32Array.from(
    keys,
    (key) => query.reduce((total, value, i) => total + value * key[i], 0) / Math.sqrt(query.length),
  );
  softmax(scores, scores);
  const result = new Float32Array(query.length);
  for (const [j, value] of values.entries()) {
    for (let i = 0; i < result.length; i++) {
      result[i] += scores[j] * value[i];
    }
  }
  return result;
}
