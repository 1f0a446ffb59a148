/** The cells of Keras' recurrent layers: one step each, given the product of its input and the kernel. */
import { activationNamed, type Activation } from '../activations';
import type { LayerSpec } from '../layerSpec';
import { multiply } from '../matrixProduct';
import type { TakeWeights } from '../weightStore';

export interface Cell {
  readonly units: number;
  /** Floats of a state: the hidden state [units], then, for an LSTM, the cell state [units]. */
  readonly stateSize: number;
  /** [inputs, width], and its bias [width] or null. */
  readonly kernel: Float32Array;
  readonly inputBias: Float32Array | null;
  readonly width: number;
  /**
   * @param input holds at `at` [width] the step's input · kernel + bias
   * @param before [stateSize]
   * @param after [stateSize], written; may be the same array as `before`
   */
  step(input: Float32Array, at: number, before: Float32Array, after: Float32Array): void;
}

type ReadCell = (layer: LayerSpec, inputSize: number, take: TakeWeights, majorVersion: number) => Cell;

const PART = 'cell';

/** Hochreiter and Schmidhuber 1997; gates i f c o. */
const lstm: ReadCell = (layer, inputSize, take, majorVersion) => {
  const { units, kernel, recurrent, bias, activation, gate } = common(
    layer,
    inputSize,
    4,
    take,
    majorVersion,
  );
  const products = new Float32Array(4 * units);
  return {
    units,
    stateSize: 2 * units,
    kernel,
    inputBias: bias,
    width: 4 * units,
    step: (input, at, before, after) => {
      multiply(before, 1, units, recurrent, 4 * units, null, products);
      for (let i = 0; i < units; i++) {
        const inputGate = gate(input[at + i] + products[i]);
        const forgetGate = gate(input[at + units + i] + products[units + i]);
        const candidate = activation(input[at + 2 * units + i] + products[2 * units + i]);
        const outputGate = gate(input[at + 3 * units + i] + products[3 * units + i]);
        const cellState = forgetGate * before[units + i] + inputGate * candidate;
        after[units + i] = cellState;
        after[i] = outputGate * activation(cellState);
      }
    },
  };
};

/** Cho et al., arXiv 1406.1078; gates z r h, with the reset after the product (cuDNN's way) or before it (the paper's). */
const gru: ReadCell = (layer, inputSize, take, majorVersion) => {
  const resetAfter = layer.flag('reset_after');
  const { units, kernel, recurrent, bias, activation, gate } = common(
    layer,
    inputSize,
    3,
    take,
    majorVersion,
    resetAfter,
  );
  const width = 3 * units;
  const inputBias = bias?.subarray(0, width) ?? null;
  const shape = { units, stateSize: units, kernel, inputBias, width };
  if (resetAfter) {
    const recurrentBias = bias?.subarray(width) ?? null;
    const products = new Float32Array(width);
    return {
      ...shape,
      step: (input, at, before, after) => {
        multiply(before, 1, units, recurrent, width, recurrentBias, products);
        for (let i = 0; i < units; i++) {
          const updateGate = gate(input[at + i] + products[i]);
          const resetGate = gate(input[at + units + i] + products[units + i]);
          const candidate = activation(input[at + 2 * units + i] + resetGate * products[2 * units + i]);
          after[i] = updateGate * before[i] + (1 - updateGate) * candidate;
        }
      },
    };
  }
  const gateKernel = columns(recurrent, units, width, 0, 2 * units);
  const candidateKernel = columns(recurrent, units, width, 2 * units, units);
  const products = new Float32Array(2 * units);
  const updateGates = new Float32Array(units);
  const resetState = new Float32Array(units);
  const candidates = new Float32Array(units);
  return {
    ...shape,
    step: (input, at, before, after) => {
      multiply(before, 1, units, gateKernel, 2 * units, null, products);
      for (let i = 0; i < units; i++) {
        updateGates[i] = gate(input[at + i] + products[i]);
        resetState[i] = gate(input[at + units + i] + products[units + i]) * before[i];
      }
      multiply(resetState, 1, units, candidateKernel, units, null, candidates);
      for (let i = 0; i < units; i++) {
        const candidate = activation(input[at + 2 * units + i] + candidates[i]);
        after[i] = updateGates[i] * before[i] + (1 - updateGates[i]) * candidate;
      }
    },
  };
};

/** Elman 1990. */
const simpleRnn: ReadCell = (layer, inputSize, take, majorVersion) => {
  const { units, kernel, recurrent, bias, activation } = common(layer, inputSize, 1, take, majorVersion);
  const products = new Float32Array(units);
  return {
    units,
    stateSize: units,
    kernel,
    inputBias: bias,
    width: units,
    step: (input, at, before, after) => {
      multiply(before, 1, units, recurrent, units, null, products);
      for (let i = 0; i < units; i++) {
        after[i] = activation(input[at + i] + products[i]);
      }
    },
  };
};

const CELLS: Readonly<Record<string, ReadCell>> = { LSTM: lstm, GRU: gru, SimpleRNN: simpleRnn };

/**
 * @param take gives the weights of the recurrent layer, which are stored with its cell
 * @throws KerasFault for a cell that is not supported
 */
export function readCell(layer: LayerSpec, inputSize: number, take: TakeWeights, majorVersion: number): Cell {
  if (!Object.hasOwn(CELLS, layer.className)) {
    throw layer.fault(`is none of ${Object.keys(CELLS).join(', ')}, and no other is supported here`);
  }
  return CELLS[layer.className](layer, inputSize, take, majorVersion);
}

function common(
  layer: LayerSpec,
  inputSize: number,
  gates: number,
  take: TakeWeights,
  majorVersion: number,
  twoBiases = false,
): {
  readonly units: number;
  readonly kernel: Float32Array;
  readonly recurrent: Float32Array;
  readonly bias: Float32Array | null;
  readonly activation: Activation;
  readonly gate: Activation;
} {
  const units = layer.size('units');
  const width = gates * units;
  const [kernel, recurrent] = take(PART, [
    [inputSize, width],
    [units, width],
  ]);
  const biasShape = twoBiases ? [2, width] : [width];
  const [bias = null] = layer.flag('use_bias', true) ? take(PART, [biasShape]) : [];
  // A description may omit Keras' defaults.
  const { activation = 'tanh', recurrent_activation: gate = 'sigmoid' } = layer.config;
  return {
    units,
    kernel,
    recurrent,
    bias,
    activation: activationNamed(activation, majorVersion),
    gate: activationNamed(gate, majorVersion),
  };
}

/** Columns [from, from + count) of a matrix [rows, width]. */
function columns(
  matrix: Float32Array,
  rows: number,
  width: number,
  from: number,
  count: number,
): Float32Array {
  const part = new Float32Array(rows * count);
  for (let row = 0; row < rows; row++) {
    part.set(matrix.subarray(row * width + from, row * width + from + count), row * count);
  }
  return part;
}
