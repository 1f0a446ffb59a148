/** The LSTM (Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000), gates i f c o. */
import type { CellStep, CellStepGradient } from './recurrentCell';
import type { Matrix, RecurrentState, TensorFlow } from './tensorOps';

export function lstmStep(
  tf: TensorFlow,
  inputGates: Matrix,
  recurrentGates: Matrix,
  state: RecurrentState,
): CellStep {
  const parts = tf.split<Matrix>(tf.add<Matrix>(inputGates, recurrentGates), 4, 1);
  const inputGate = tf.sigmoid(parts[0]);
  const forgetGate = tf.sigmoid(parts[1]);
  const candidate = tf.tanh(parts[2]);
  const outputGate = tf.sigmoid(parts[3]);
  const previousCell = state.cell!;
  const cell = tf.add<Matrix>(tf.mul(forgetGate, previousCell), tf.mul(inputGate, candidate));
  const cellTanh = tf.tanh(cell);
  return {
    state: { hidden: tf.mul<Matrix>(outputGate, cellTanh), cell },
    saved: [inputGate, forgetGate, candidate, outputGate, previousCell, cellTanh],
  };
}

export function lstmStepGradient(
  tf: TensorFlow,
  saved: readonly Matrix[],
  dHidden: Matrix,
  dCellAfter: Matrix | null,
): CellStepGradient {
  const [inputGate, forgetGate, candidate, outputGate, previousCell, cellTanh] = saved;
  const oneMinusSquare = (x: Matrix): Matrix => tf.sub<Matrix>(1, tf.square(x));
  const sigmoidSlope = (x: Matrix): Matrix => tf.sub<Matrix>(x, tf.square(x));
  const throughOutput = tf.mul<Matrix>(tf.mul(dHidden, outputGate), oneMinusSquare(cellTanh));
  const dCell = dCellAfter === null ? throughOutput : tf.add<Matrix>(throughOutput, dCellAfter);
  const gates = tf.concat(
    [
      tf.mul<Matrix>(tf.mul(dCell, candidate), sigmoidSlope(inputGate)),
      tf.mul<Matrix>(tf.mul(dCell, previousCell), sigmoidSlope(forgetGate)),
      tf.mul<Matrix>(tf.mul(dCell, inputGate), oneMinusSquare(candidate)),
      tf.mul<Matrix>(tf.mul(dHidden, cellTanh), sigmoidSlope(outputGate)),
    ],
    1,
  );
  return { inputGates: gates, recurrentGates: gates, hidden: null, cell: tf.mul<Matrix>(dCell, forgetGate) };
}
