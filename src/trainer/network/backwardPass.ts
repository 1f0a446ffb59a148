import type { ForwardTape } from './forwardPass';
import type { ParameterTensors } from './parameterTensors';
import type { Matrix, Tensor, TensorOps } from './tensorOps';

/**
 * Gradients by tensor name, in the device's layout, of a loss whose gradient by the logits is `dLogits` [N, V].
 * @param inputs the window's time-major token ids, [N]
 * @param dLogits used up, as are the tape's logits
 */
export function backwardPass(
  ops: TensorOps,
  parameters: ParameterTensors,
  inputs: Int32Array,
  { body, embeddingBackward, embeddingTransposed, logits }: ForwardTape,
  dLogits: Matrix,
): Map<string, Tensor> {
  const { tf } = ops;
  const gradients = new Map<string, Tensor>();
  gradients.set('outputBias', ops.columnSums(dLogits));
  // The small matrix is transposed, then the product: projectedᵀ · dLogits is [E, V].
  const dEmbeddingDense = tf.tidy(() => ops.transpose(ops.product(ops.transpose(body.projected), dLogits)));
  const dProjected = ops.product(dLogits, parameters.matrix('embedding'));
  // By far the largest tensors: freed, they make room for what follows.
  tf.dispose([dLogits, logits, embeddingTransposed]);
  const dEmbedded = embeddingBackward(body.backward(dProjected, gradients));
  gradients.set('embedding', ops.addRowsAt(dEmbeddingDense, inputs, dEmbedded));
  return gradients;
}
