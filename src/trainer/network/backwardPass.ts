/**
 * Back-propagation through time, written by hand: automatic differentiation asks for products with transposed operands,
 * which the wasm backend runs at a tenth of its speed, and takes each weight's gradient once a step instead of once a window.
 */
import type { CellKind } from '../../model/networkConfig';
import type { ForwardTape } from './forwardPass';
import type { Parameters } from './parameters';
import type { Matrix, Tensor, TensorOps } from './tensorOps';

/**
 * Gradients by tensor name, in the device's layout, of a loss whose gradient by the logits is `dLogits` [N, V].
 * @param inputs the window's time-major token ids, [N]
 * @param dLogits used up, as are the tape's logits
 */
export function backwardPass(
  ops: TensorOps,
  architecture: CellKind,
  parameters: Parameters,
  inputs: Int32Array,
  tape: ForwardTape,
  dLogits: Matrix,
): Map<string, Tensor> {
  const { tf } = ops;
  const gradients = new Map<string, Tensor>();
  const drop = (x: Matrix, mask: Matrix | null): Matrix => (mask === null ? x : tf.mul<Matrix>(x, mask));

  gradients.set('outputBias', ops.columnSums(dLogits));
  // The small matrix is transposed, then the product: projectedᵀ · dLogits is [E, V].
  const dEmbeddingDense = tf.tidy(() => ops.transpose(ops.product(ops.transpose(tape.projected), dLogits)));
  const dProjected = ops.product(dLogits, parameters.embedding);
  // By far the largest tensors; what follows fits into their place.
  tf.dispose([dLogits, tape.logits, tape.embeddingTransposed]);
  gradients.set('projection', ops.product(ops.transpose(tape.last), dProjected));
  let dActivation = ops.product(dProjected, ops.transpose(parameters.projection));

  for (let index = parameters.layers.length - 1; index >= 0; index--) {
    const layer = parameters.layers[index];
    const { input, recurrent, tape: recurrentTape, outputMask } = tape.layers[index];
    const dSummed = drop(dActivation, outputMask);
    const dGates = ops.recurrentBackward(
      architecture,
      recurrent,
      recurrentTape,
      dSummed,
      ops.transpose(layer.recurrentKernel),
    );
    const name = `layers.${index}`;
    gradients.set(`${name}.inputKernel`, ops.product(ops.transpose(input), dGates.inputGates));
    gradients.set(`${name}.bias`, ops.columnSums(dGates.inputGates));
    gradients.set(
      `${name}.recurrentKernel`,
      ops.product(ops.transpose(recurrentTape.previousOutputs), dGates.recurrentGates),
    );
    if (layer.recurrentBias !== null) {
      gradients.set(`${name}.recurrentBias`, ops.columnSums(dGates.recurrentGates));
    }
    const dInput = ops.product(dGates.inputGates, ops.transpose(layer.inputKernel));
    dActivation = index === 0 ? dInput : tf.add<Matrix>(dInput, dSummed);
  }
  const dEmbedded = drop(dActivation, tape.embeddingMask);
  gradients.set('embedding', ops.addRowsAt(dEmbeddingDense, inputs, dEmbedded));
  return gradients;
}
