/** An architecture's layers between the token vectors and the softmax that is tied to them: their passes over a window. */
import type { ParameterTensors } from './parameterTensors';
import type { SequenceState } from './sequenceState';
import type { Matrix, Tensor, TensorOps } from './tensorOps';

export interface Window {
  /** Time-major token ids, [N]. */
  readonly inputs: Int32Array;
  readonly unrollSteps: number;
  readonly initial: SequenceState;
  /** Makes a dropout mask of the given shape; null leaves every activation in. */
  readonly mask: ((shape: [number, number]) => Matrix) | null;
}

export interface BodyPass {
  /** [N, E]. */
  readonly projected: Matrix;
  /** After the window. */
  readonly final: SequenceState;
  /** Adds the gradients of the body's tensors by name; returns that by `embedded`. */
  readonly backward: (dProjected: Matrix, gradients: Map<string, Tensor>) => Matrix;
}

/** @param embedded token vectors, [N, E] */
export type Body = (
  ops: TensorOps,
  parameters: ParameterTensors,
  embedded: Matrix,
  window: Window,
) => BodyPass;

/** Dropout of one activation; the backward pass uses the same mask. */
export function dropped(
  { tf }: TensorOps,
  x: Matrix,
  { mask }: Pick<Window, 'mask'>,
): { readonly output: Matrix; readonly backward: (dOutput: Matrix) => Matrix } {
  const kept = mask?.(x.shape) ?? null;
  const apply = (y: Matrix): Matrix => (kept === null ? y : tf.mul<Matrix>(y, kept));
  return { output: apply(x), backward: apply };
}
