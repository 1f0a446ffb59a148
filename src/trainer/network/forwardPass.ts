/** From token ids to logits over one window, with the tape that the backward pass reads. */
import type { CellKind } from '../../model/networkConfig';
import type { Parameters } from './parameters';
import type { Matrix, RecurrentInput, RecurrentState, RecurrentTape, TensorOps, Vector } from './tensorOps';

export interface Window {
  /** Time-major token ids, [N]. */
  readonly inputs: Int32Array;
  readonly unrollSteps: number;
  /** One a layer. */
  readonly initial: readonly RecurrentState[];
  /** Makes a dropout mask of the given shape; null leaves every activation in. */
  readonly mask: ((shape: [number, number]) => Matrix) | null;
}

export interface LayerTape {
  /** What went into the input kernel, [N, inputs]. */
  readonly input: Matrix;
  readonly recurrent: RecurrentInput;
  readonly tape: RecurrentTape;
  /** Dropout mask of the layer's summed output. */
  readonly outputMask: Matrix | null;
}

export interface ForwardTape {
  readonly embeddingMask: Matrix | null;
  readonly layers: readonly LayerTape[];
  /** Last layer's output after dropout, [N, H]. */
  readonly last: Matrix;
  /** [N, E]. */
  readonly projected: Matrix;
  /** [E, V]. */
  readonly embeddingTransposed: Matrix;
  /** [N, V]. */
  readonly logits: Matrix;
}

export function forwardPass(
  ops: TensorOps,
  architecture: CellKind,
  parameters: Parameters,
  window: Window,
): ForwardTape {
  const { tf } = ops;
  const drop = (x: Matrix, mask: Matrix | null): Matrix => (mask === null ? x : tf.mul<Matrix>(x, mask));
  const withBias = (x: Matrix, kernel: Matrix, bias: Vector): Matrix =>
    tf.tidy(() => tf.add<Matrix>(ops.product(x, kernel), bias));
  const newMask = (x: Matrix): Matrix | null => window.mask?.(x.shape) ?? null;

  const embedded = ops.rowsAt(parameters.embedding, window.inputs);
  const embeddingMask = newMask(embedded);
  let activation = drop(embedded, embeddingMask);
  // Each later layer adds to this undropped-then-dropped stream, as the blueprint says: y_l = y_(l-1) + cell_l(y_(l-1)).
  const layers: LayerTape[] = [];
  for (const [index, layer] of parameters.layers.entries()) {
    const recurrent: RecurrentInput = {
      inputGates: withBias(activation, layer.inputKernel, layer.bias),
      recurrentKernel: layer.recurrentKernel,
      recurrentBias: layer.recurrentBias,
      initial: window.initial[index],
      unrollSteps: window.unrollSteps,
    };
    const tape = ops.recurrentForward(architecture, recurrent);
    const summed = index === 0 ? tape.outputs : tf.add<Matrix>(activation, tape.outputs);
    const outputMask = newMask(summed);
    layers.push({ input: activation, recurrent, tape, outputMask });
    activation = drop(summed, outputMask);
  }
  const projected = ops.product(activation, parameters.projection);
  const embeddingTransposed = ops.transpose(parameters.embedding);
  const logits = withBias(projected, embeddingTransposed, parameters.outputBias);
  return { embeddingMask, layers, last: activation, projected, embeddingTransposed, logits };
}
