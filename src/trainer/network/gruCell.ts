/** The GRU (Cho et al. 2014, arXiv 1406.1078) in the reset-after form of cuDNN and Keras, gates z r h. */
import type { CellStep, CellStepGradient } from './recurrentCell';
import type { Matrix, RecurrentState, TensorFlow } from './tensorOps';

export function gruStep(
  tf: TensorFlow,
  inputGates: Matrix,
  recurrentGates: Matrix,
  state: RecurrentState,
): CellStep {
  const inputParts = tf.split<Matrix>(inputGates, 3, 1);
  const recurrentParts = tf.split<Matrix>(recurrentGates, 3, 1);
  const updateGate = tf.sigmoid(tf.add<Matrix>(inputParts[0], recurrentParts[0]));
  const resetGate = tf.sigmoid(tf.add<Matrix>(inputParts[1], recurrentParts[1]));
  const recurrentCandidate = recurrentParts[2];
  const candidate = tf.tanh(tf.add<Matrix>(inputParts[2], tf.mul(resetGate, recurrentCandidate)));
  const previous = state.hidden;
  const hidden = tf.add<Matrix>(candidate, tf.mul(updateGate, tf.sub(previous, candidate)));
  return {
    state: { hidden, cell: null },
    saved: [updateGate, resetGate, candidate, recurrentCandidate, previous],
  };
}

export function gruStepGradient(tf: TensorFlow, saved: readonly Matrix[], dHidden: Matrix): CellStepGradient {
  const [updateGate, resetGate, candidate, recurrentCandidate, previous] = saved;
  const sigmoidSlope = (x: Matrix): Matrix => tf.sub<Matrix>(x, tf.square(x));
  const kept = tf.mul<Matrix>(dHidden, updateGate);
  const dCandidate = tf.mul<Matrix>(tf.sub(dHidden, kept), tf.sub<Matrix>(1, tf.square(candidate)));
  const dUpdate = tf.mul<Matrix>(tf.mul(dHidden, tf.sub(previous, candidate)), sigmoidSlope(updateGate));
  const dReset = tf.mul<Matrix>(tf.mul(dCandidate, recurrentCandidate), sigmoidSlope(resetGate));
  return {
    inputGates: tf.concat([dUpdate, dReset, dCandidate], 1),
    recurrentGates: tf.concat([dUpdate, dReset, tf.mul<Matrix>(dCandidate, resetGate)], 1),
    hidden: kept,
    cell: null,
  };
}
