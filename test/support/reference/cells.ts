/**
 * The element-wise part of a recurrent step, once the matrix products are done; see networkConfig.ts for the
 * formulas and the order of the gates.
 *
 * input      [gates, hiddenSize]   inputKernel · x + bias
 * recurrent  [gates, hiddenSize]   recurrentKernel · h, plus recurrentBias for a GRU
 * state      [stateSize]   before the step
 * next       [stateSize]   written; not the same array as `state`
 */
import type { CellKind } from '../../../src/model/networkConfig';
import { sigmoid } from './plainMath';

export type CellStep = (
  input: Float32Array,
  recurrent: Float32Array,
  state: Float32Array,
  next: Float32Array,
  hiddenSize: number,
) => void;

export const CELL_STEPS: Readonly<Record<CellKind, CellStep>> = {
  lstm: lstmStep,
  gru: gruStep,
  rnn: rnnStep,
};

/** Hochreiter and Schmidhuber 1997 with the forget gate of Gers et al. 2000; state is [hidden, cell]. */
function lstmStep(
  input: Float32Array,
  recurrent: Float32Array,
  state: Float32Array,
  next: Float32Array,
  hiddenSize: number,
): void {
  for (let i = 0; i < hiddenSize; i++) {
    const preactivation = (gate: number): number =>
      input[gate * hiddenSize + i] + recurrent[gate * hiddenSize + i];
    const inputGate = sigmoid(preactivation(0));
    const forgetGate = sigmoid(preactivation(1));
    const cellCandidate = Math.tanh(preactivation(2));
    const outputGate = sigmoid(preactivation(3));
    const cellState = forgetGate * state[hiddenSize + i] + inputGate * cellCandidate;
    next[hiddenSize + i] = cellState;
    next[i] = outputGate * Math.tanh(cellState);
  }
}

/** Cho et al. 2014, in the variant that resets after the product (Keras `reset_after`). */
function gruStep(
  input: Float32Array,
  recurrent: Float32Array,
  state: Float32Array,
  next: Float32Array,
  hiddenSize: number,
): void {
  for (let i = 0; i < hiddenSize; i++) {
    const updateGate = sigmoid(input[i] + recurrent[i]);
    const resetGate = sigmoid(input[hiddenSize + i] + recurrent[hiddenSize + i]);
    const candidate = Math.tanh(input[2 * hiddenSize + i] + resetGate * recurrent[2 * hiddenSize + i]);
    next[i] = updateGate * state[i] + (1 - updateGate) * candidate;
  }
}

/** Elman 1990. */
function rnnStep(
  input: Float32Array,
  recurrent: Float32Array,
  _state: Float32Array,
  next: Float32Array,
  hiddenSize: number,
): void {
  for (let i = 0; i < hiddenSize; i++) {
    next[i] = Math.tanh(input[i] + recurrent[i]);
  }
}
