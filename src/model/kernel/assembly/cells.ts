/**
 * One step of one sequence's cell, element by element, after the products; formulas and the order of the gates
 * are those of networkConfig.ts. `size` is the padded hidden size, a multiple of 8; `input` and `recurrent` are the two
 * products with their biases, [gates, size]; the state is updated in place. Elements beyond the true hidden size have no weights and stay 0.
 */
import { hyperbolicTangent, sigmoid } from './exponential';

/** Gates i f c o; `cell` [size] is the second half of the state. */
export function lstmStep(input: usize, recurrent: usize, hidden: usize, cell: usize, size: i32): void {
  const gate = (<usize>size) << 2;
  for (let i: usize = 0; i < gate; i += 16) {
    const a = input + i;
    const r = recurrent + i;
    const inputGate = sigmoid(f32x4.add(v128.load(a), v128.load(r)));
    const forgetGate = sigmoid(f32x4.add(v128.load(a + gate), v128.load(r + gate)));
    const candidate = hyperbolicTangent(f32x4.add(v128.load(a + 2 * gate), v128.load(r + 2 * gate)));
    const outputGate = sigmoid(f32x4.add(v128.load(a + 3 * gate), v128.load(r + 3 * gate)));
    const state = f32x4.add(f32x4.mul(forgetGate, v128.load(cell + i)), f32x4.mul(inputGate, candidate));
    v128.store(cell + i, state);
    v128.store(hidden + i, f32x4.mul(outputGate, hyperbolicTangent(state)));
  }
}

/** Gates z r h. */
export function gruStep(input: usize, recurrent: usize, hidden: usize, size: i32): void {
  const gate = (<usize>size) << 2;
  for (let i: usize = 0; i < gate; i += 16) {
    const a = input + i;
    const r = recurrent + i;
    const updateGate = sigmoid(f32x4.add(v128.load(a), v128.load(r)));
    const resetGate = sigmoid(f32x4.add(v128.load(a + gate), v128.load(r + gate)));
    const candidate = hyperbolicTangent(
      f32x4.add(v128.load(a + 2 * gate), f32x4.mul(resetGate, v128.load(r + 2 * gate))),
    );
    const kept = f32x4.mul(updateGate, v128.load(hidden + i));
    const renewed = f32x4.mul(f32x4.sub(f32x4.splat(1.0), updateGate), candidate);
    v128.store(hidden + i, f32x4.add(kept, renewed));
  }
}

export function rnnStep(input: usize, recurrent: usize, hidden: usize, size: i32): void {
  const end = (<usize>size) << 2;
  for (let i: usize = 0; i < end; i += 16) {
    v128.store(hidden + i, hyperbolicTangent(f32x4.add(v128.load(input + i), v128.load(recurrent + i))));
  }
}
