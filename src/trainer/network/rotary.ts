/** Rotary positions (Su et al. 2021, arXiv 2104.09864) of all heads and steps of a window. */
import type { Rank } from '@tensorflow/tfjs-core';
import { ATTENTION_HEADS, headSize, rotaryAngle, type TransformerConfig } from '../../model/networkConfig';
import type { Matrix, TensorOps } from './tensorOps';

export interface RotaryTables {
  /** Of each step, row and head its angles, [N · heads, headSize / 2]. */
  readonly cos: Matrix;
  readonly sin: Matrix;
}

/** @param position of the window's first step, in all rows */
export function rotaryTables(
  { tf }: TensorOps,
  config: TransformerConfig,
  position: number,
  unrollSteps: number,
  batchSize: number,
): RotaryTables {
  const size = headSize(config);
  const half = size / 2;
  const repeats = batchSize * ATTENTION_HEADS;
  const cos = new Float32Array(unrollSteps * repeats * half);
  const sin = new Float32Array(cos.length);
  for (let t = 0; t < unrollSteps; t++) {
    const start = t * repeats * half;
    for (let pair = 0; pair < half; pair++) {
      const angle = rotaryAngle(position + t, pair, size);
      cos[start + pair] = Math.cos(angle);
      sin[start + pair] = Math.sin(angle);
    }
    for (let repeat = 1; repeat < repeats; repeat++) {
      cos.copyWithin(start + repeat * half, start, start + half);
      sin.copyWithin(start + repeat * half, start, start + half);
    }
  }
  const shape: [number, number] = [unrollSteps * repeats, half];
  return { cos: tf.tensor2d(cos, shape), sin: tf.tensor2d(sin, shape) };
}

/** Turns queries or keys, [N, heads · headSize]; the gradient turns the other way. */
export function rotated(
  ops: TensorOps,
  x: Matrix,
  { cos, sin }: RotaryTables,
  direction: 'forward' | 'backward',
): Matrix {
  const { tf } = ops;
  return tf.tidy(() => {
    const half = cos.shape[1];
    const heads = tf.reshape<Rank.R2>(x, [cos.shape[0], 2 * half]);
    const first = ops.columnRange(heads, 0, half);
    const second = ops.columnRange(heads, half, half);
    const [plus, minus] = direction === 'forward' ? [tf.add, tf.sub] : [tf.sub, tf.add];
    const turned = tf.concat(
      [
        minus<Matrix>(tf.mul(first, cos), tf.mul(second, sin)),
        plus<Matrix>(tf.mul(second, cos), tf.mul(first, sin)),
      ],
      1,
    );
    return tf.reshape(turned, x.shape);
  });
}
