/** Root-mean-square normalisation (Zhang & Sennrich 2019, arXiv 1910.07467) of each row, as networkConfig.ts has it. */
import { NORM_EPSILON } from '../../model/networkConfig';
import type { Matrix, TensorOps, Vector } from './tensorOps';

interface NormPass {
  readonly output: Matrix;
  readonly backward: (dOutput: Matrix) => { readonly input: Matrix; readonly gain: Vector };
}

/** @param gain [columns of x] */
export function rmsNorm(ops: TensorOps, x: Matrix, gain: Vector): NormPass {
  const { tf } = ops;
  const inverse = tf.tidy(() => tf.rsqrt<Matrix>(tf.add(tf.mean(tf.square(x), 1, true), NORM_EPSILON)));
  const normed = tf.mul<Matrix>(x, inverse);
  return {
    output: tf.mul<Matrix>(normed, gain),
    backward: (dOutput) => {
      const dNormed = tf.mul<Matrix>(dOutput, gain);
      const along = tf.mul<Matrix>(normed, tf.mean(tf.mul(dNormed, normed), 1, true));
      return {
        input: tf.mul<Matrix>(tf.sub(dNormed, along), inverse),
        gain: ops.columnSums(tf.mul<Matrix>(dOutput, normed)),
      };
    },
  };
}
