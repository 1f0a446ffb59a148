/** One time step of a recurrent cell and its gradient, written in ordinary ops; formulas in networkConfig.ts. */
import type { Matrix, RecurrentState, TensorFlow } from './tensorOps';

export interface CellStep {
  readonly state: RecurrentState;
  /** What {@link RecurrentCell.stepGradient} needs, always the same number of tensors of B rows. */
  readonly saved: readonly Matrix[];
}

export interface CellStepGradient {
  /** By the input part of the gates, [B, gates · H]. */
  readonly inputGates: Matrix;
  /** By the recurrent part of the gates, [B, gates · H]. */
  readonly recurrentGates: Matrix;
  /** By the previous hidden state along the paths that do not pass the recurrent kernel; null when there are none. */
  readonly hidden: Matrix | null;
  /** By the previous cell state. */
  readonly cell: Matrix | null;
}

export interface RecurrentCell {
  step(tf: TensorFlow, inputGates: Matrix, recurrentGates: Matrix, state: RecurrentState): CellStep;
  /** `dHidden` and `dCell` are the gradients by the step's new state; `dCell` is null after the last step. */
  stepGradient(
    tf: TensorFlow,
    saved: readonly Matrix[],
    dHidden: Matrix,
    dCell: Matrix | null,
  ): CellStepGradient;
}
