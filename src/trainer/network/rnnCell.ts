/** The plain recurrent cell (Elman 1990). */
import type { CellStep, CellStepGradient } from './recurrentCell';
import type { Matrix, TensorFlow } from './tensorOps';

export function rnnStep(tf: TensorFlow, inputGates: Matrix, recurrentGates: Matrix): CellStep {
  const hidden = tf.tanh(tf.add<Matrix>(inputGates, recurrentGates));
  return { state: { hidden, cell: null }, saved: [hidden] };
}

export function rnnStepGradient(tf: TensorFlow, saved: readonly Matrix[], dHidden: Matrix): CellStepGradient {
  const gates = tf.mul<Matrix>(dHidden, tf.sub(1, tf.square(saved[0])));
  return { inputGates: gates, recurrentGates: gates, hidden: null, cell: null };
}
