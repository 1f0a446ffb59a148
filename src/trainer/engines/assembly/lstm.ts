/**
 * One step of the LSTM for all rows of a batch at once, after the products, and its gradient; formulas and the order of the gates
 * (i f c o) are those of lstmCell.ts. Sizes of four and more units; where they do not divide by four, the last four are computed
 * once more.
 */
import { hyperbolicTangent, sigmoid } from '../../../model/kernel/assembly/exponential';

/**
 * @param input and `recurrent`: the gates' sums [rows, 4 · size]
 * @param cell of the step before [rows, size]
 * @param gates takes the gates [rows, 4 · size]
 * @param cellTanh takes the hyperbolic tangent of the new cell; it, newCell and hidden are [rows, size]
 */
export function lstmStep(
  input: usize,
  recurrent: usize,
  cell: usize,
  rows: i32,
  size: i32,
  gates: usize,
  newCell: usize,
  cellTanh: usize,
  hidden: usize,
): void {
  const gate = (<usize>size) << 2;
  for (let row = 0; row < rows; row++) {
    for (let unit: usize = 0; unit < gate; unit += 16) {
      const i = min(unit, gate - 16);
      const inputGate = sigmoid(sumAt(input, recurrent, i));
      const forgetGate = sigmoid(sumAt(input, recurrent, i + gate));
      const candidate = hyperbolicTangent(sumAt(input, recurrent, i + 2 * gate));
      const outputGate = sigmoid(sumAt(input, recurrent, i + 3 * gate));
      const state = f32x4.add(f32x4.mul(forgetGate, v128.load(cell + i)), f32x4.mul(inputGate, candidate));
      const tanh = hyperbolicTangent(state);
      v128.store(gates + i, inputGate);
      v128.store(gates + gate + i, forgetGate);
      v128.store(gates + 2 * gate + i, candidate);
      v128.store(gates + 3 * gate + i, outputGate);
      v128.store(newCell + i, state);
      v128.store(cellTanh + i, tanh);
      v128.store(hidden + i, f32x4.mul(outputGate, tanh));
    }
    input += 4 * gate;
    recurrent += 4 * gate;
    gates += 4 * gate;
    cell += gate;
    newCell += gate;
    cellTanh += gate;
    hidden += gate;
  }
}

/**
 * @param gates and cellTanh of the step; `cell` of the one before
 * @param dHidden and dNewCell: gradients of what the step gave; dNewCell is 0 where none comes
 * @param dGates takes the gradients of the gates' sums, dCell that of `cell`
 */
export function lstmStepGradient(
  gates: usize,
  cell: usize,
  cellTanh: usize,
  dHidden: usize,
  dNewCell: usize,
  rows: i32,
  size: i32,
  dGates: usize,
  dCell: usize,
): void {
  const gate = (<usize>size) << 2;
  const hasNewCell = dNewCell != 0;
  for (let row = 0; row < rows; row++) {
    for (let unit: usize = 0; unit < gate; unit += 16) {
      const i = min(unit, gate - 16);
      const inputGate = v128.load(gates + i);
      const forgetGate = v128.load(gates + gate + i);
      const candidate = v128.load(gates + 2 * gate + i);
      const outputGate = v128.load(gates + 3 * gate + i);
      const tanh = v128.load(cellTanh + i);
      const dOut = v128.load(dHidden + i);
      let d = f32x4.mul(f32x4.mul(dOut, outputGate), tangentSlope(tanh));
      if (hasNewCell) {
        d = f32x4.add(d, v128.load(dNewCell + i));
      }
      v128.store(dGates + i, f32x4.mul(f32x4.mul(d, candidate), sigmoidSlope(inputGate)));
      v128.store(dGates + gate + i, f32x4.mul(f32x4.mul(d, v128.load(cell + i)), sigmoidSlope(forgetGate)));
      v128.store(dGates + 2 * gate + i, f32x4.mul(f32x4.mul(d, inputGate), tangentSlope(candidate)));
      v128.store(dGates + 3 * gate + i, f32x4.mul(f32x4.mul(dOut, tanh), sigmoidSlope(outputGate)));
      v128.store(dCell + i, f32x4.mul(d, forgetGate));
    }
    gates += 4 * gate;
    dGates += 4 * gate;
    cell += gate;
    cellTanh += gate;
    dHidden += gate;
    dNewCell += gate;
    dCell += gate;
  }
}

// @ts-ignore: decorator
@inline
function sumAt(a: usize, b: usize, i: usize): v128 {
  return f32x4.add(v128.load(a + i), v128.load(b + i));
}

// @ts-ignore: decorator
@inline
function sigmoidSlope(value: v128): v128 {
  return f32x4.sub(value, f32x4.mul(value, value));
}

// @ts-ignore: decorator
@inline
function tangentSlope(value: v128): v128 {
  return f32x4.sub(f32x4.splat(1), f32x4.mul(value, value));
}
