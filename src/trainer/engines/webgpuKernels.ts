/**
 * Whole formulas as single WGSL programs. On a GPU the small ops of a recurrent step cost their launch, not their arithmetic:
 * an LSTM step of ordinary ops is some fifteen launches forward and thirty back, and here it is two and two.
 */
import type { RecurrentCell } from '../network/recurrentCell';
import { sizeOf } from '../network/parameters';
import { adamEpsilon, adamStepSize } from '../network/stockOps';
import {
  ADAM_BETA1,
  ADAM_BETA2,
  type AdamSlot,
  type AdamUpdate,
  type Matrix,
  type Tensor,
  type TensorFlow,
} from '../network/tensorOps';

/** The part of TensorFlow.js' WebGPU backend that runs a program (its webgpu_program.ts). */
interface WebgpuBackend {
  runWebGPUProgram(
    program: object,
    inputs: readonly Tensor[],
    outputType: 'float32',
    uniforms: readonly { readonly type: 'float32' | 'int32'; readonly data: number[] }[],
  ): Parameters<ReturnType<TensorFlow['engine']>['makeTensorFromTensorInfo']>[0];
}

interface Formula {
  /** Of the compiled program, which is kept by it. */
  readonly name: string;
  /** Names of the inputs' arrays, at most seven: a device need not bind more than eight. */
  readonly inputs: readonly string[];
  readonly uniforms: string;
  readonly functions?: string;
  /** Statements that end with `result[index] = …`. */
  readonly body: string;
}

const WORKGROUP = 64;

/** Neither overflows, as exp(−x) would. */
const SQUASHING = `
fn sigmoid(x : f32) -> f32 {
  let e = exp(-abs(x));
  return select(e, 1.0, x >= 0.0) / (1.0 + e);
}
fn squash(x : f32) -> f32 {
  let e = exp(-2.0 * abs(x));
  return sign(x) * (1.0 - e) / (1.0 + e);
}`;

/** The gates' inputs, order i f c o: both parts are [B, 4 · H], and `at` is the place of the input gate's. */
const GATES = `${SQUASHING}
fn gateInput(at : i32, gate : i32) -> f32 {
  let place = at + gate * uniforms.hiddenSize;
  return inputPart[place] + recurrentPart[place];
}`;

const PER_UNIT = `
let h = uniforms.hiddenSize;
let at = (index / h) * 4 * h + index % h;`;

const LSTM_CELL: Formula = {
  name: 'understudyLstmCell',
  inputs: ['inputPart', 'recurrentPart', 'previousCell'],
  uniforms: 'hiddenSize : i32,',
  functions: GATES,
  body: `${PER_UNIT}
result[index] = sigmoid(gateInput(at, 1)) * previousCell[index] + sigmoid(gateInput(at, 0)) * squash(gateInput(at, 2));`,
};

const LSTM_HIDDEN: Formula = {
  name: 'understudyLstmHidden',
  inputs: ['inputPart', 'recurrentPart', 'cell'],
  uniforms: 'hiddenSize : i32,',
  functions: GATES,
  body: `${PER_UNIT}
result[index] = sigmoid(gateInput(at, 3)) * squash(cell[index]);`,
};

/** The gradient by the new cell state, from that by the new hidden state and from the step after this one. */
const CELL_GRADIENT = `${GATES}
fn cellGradient(at : i32, unit : i32) -> f32 {
  let cellTanh = squash(cell[unit]);
  return dCell[unit] + dHidden[unit] * sigmoid(gateInput(at, 3)) * (1.0 - cellTanh * cellTanh);
}`;

const LSTM_GATES_GRADIENT: Formula = {
  name: 'understudyLstmGatesGradient',
  inputs: ['inputPart', 'recurrentPart', 'previousCell', 'cell', 'dHidden', 'dCell'],
  uniforms: 'hiddenSize : i32,',
  functions: CELL_GRADIENT,
  body: `
let h = uniforms.hiddenSize;
let row = index / (4 * h);
let at = row * 4 * h + index % h;
let unit = row * h + index % h;
let own = sigmoid(gateInput(at, (index / h) % 4));
let slope = own * (1.0 - own);
let candidate = squash(gateInput(at, 2));
switch ((index / h) % 4) {
  case 0: { result[index] = cellGradient(at, unit) * candidate * slope; }
  case 1: { result[index] = cellGradient(at, unit) * previousCell[unit] * slope; }
  case 2: {
    result[index] = cellGradient(at, unit) * sigmoid(gateInput(at, 0)) * (1.0 - candidate * candidate);
  }
  default: { result[index] = dHidden[unit] * squash(cell[unit]) * slope; }
}`,
};

const LSTM_CELL_GRADIENT: Formula = {
  name: 'understudyLstmCellGradient',
  inputs: ['inputPart', 'recurrentPart', 'cell', 'dHidden', 'dCell'],
  uniforms: 'hiddenSize : i32,',
  functions: CELL_GRADIENT,
  body: `${PER_UNIT}
result[index] = cellGradient(at, index) * sigmoid(gateInput(at, 1));`,
};

const FIRST_MOMENT: Formula = {
  name: 'understudyFirstMoment',
  inputs: ['moment', 'gradient'],
  uniforms: 'decay : f32, scale : f32,',
  body: `
result[index] = uniforms.decay * moment[index] + (1.0 - uniforms.decay) * uniforms.scale * gradient[index];`,
};

const SECOND_MOMENT: Formula = {
  name: 'understudySecondMoment',
  inputs: ['moment', 'gradient'],
  uniforms: 'decay : f32, scale : f32,',
  body: `
let scaled = uniforms.scale * gradient[index];
result[index] = uniforms.decay * moment[index] + (1.0 - uniforms.decay) * scaled * scaled;`,
};

const ADAM_VALUE: Formula = {
  name: 'understudyAdamValue',
  inputs: ['value', 'firstMoment', 'secondMoment'],
  uniforms: 'stepSize : f32, epsilon : f32,',
  body: `
result[index] =
  value[index] - uniforms.stepSize * firstMoment[index] / (sqrt(secondMoment[index]) + uniforms.epsilon);`,
};

export class WebgpuKernels {
  constructor(private readonly tf: TensorFlow) {}

  /** Saves the parts of the gates' inputs, [B, 4 · H] each, and the cell states before and after, [B, H] each. */
  readonly lstm: RecurrentCell = {
    step: (_tf, inputPart, recurrentPart, state) => {
      const previousCell = state.cell!;
      const { shape } = previousCell;
      const uniforms = size(shape[1]);
      const before = [inputPart, recurrentPart, previousCell];
      const cell = this.run(LSTM_CELL, before, shape, uniforms) as Matrix;
      const hidden = this.run(LSTM_HIDDEN, [inputPart, recurrentPart, cell], shape, uniforms) as Matrix;
      return { state: { hidden, cell }, saved: [...before, cell] };
    },
    stepGradient: (tf, saved, dHidden, dCellAfter) => {
      const [inputPart, recurrentPart, , cell] = saved;
      const dCell = dCellAfter ?? tf.zerosLike(dHidden);
      const uniforms = size(cell.shape[1]);
      const gates = this.run(
        LSTM_GATES_GRADIENT,
        [...saved, dHidden, dCell],
        inputPart.shape,
        uniforms,
      ) as Matrix;
      const inputs = [inputPart, recurrentPart, cell, dHidden, dCell];
      const dPrevious = this.run(LSTM_CELL_GRADIENT, inputs, cell.shape, uniforms) as Matrix;
      return { inputGates: gates, recurrentGates: gates, hidden: null, cell: dPrevious };
    },
  };

  /** New tensors; the caller disposes the slot's. */
  adam(slot: AdamSlot, gradient: Tensor, update: AdamUpdate): AdamSlot {
    const { shape } = slot.value;
    const moment = (formula: Formula, before: Tensor, decay: number): Tensor =>
      this.run(formula, [before, gradient], shape, floats(decay, update.gradientScale));
    const firstMoment = moment(FIRST_MOMENT, slot.firstMoment, ADAM_BETA1);
    const secondMoment = moment(SECOND_MOMENT, slot.secondMoment, ADAM_BETA2);
    const uniforms = floats(adamStepSize(update), adamEpsilon(update));
    const value = this.run(ADAM_VALUE, [slot.value, firstMoment, secondMoment], shape, uniforms);
    return { value, firstMoment, secondMoment };
  }

  private run(
    formula: Formula,
    inputs: readonly Tensor[],
    shape: readonly number[],
    uniforms: Parameters<WebgpuBackend['runWebGPUProgram']>[3],
  ): Tensor {
    const backend = this.tf.backend() as unknown as WebgpuBackend;
    const program = {
      outputShape: [...shape],
      shaderKey: formula.name,
      dispatchLayout: { x: shape.map((_, axis) => axis) },
      dispatch: [Math.ceil(sizeOf(shape) / WORKGROUP), 1, 1],
      workgroupSize: [WORKGROUP, 1, 1],
      variableNames: [...formula.inputs],
      uniforms: formula.uniforms,
      size: true,
      getUserCode: () => `${formula.functions ?? ''}
fn main(index : i32) {
  if (index < uniforms.size) {${formula.body}
  }
}`,
    };
    const output = backend.runWebGPUProgram(program, inputs, 'float32', uniforms);
    return this.tf.engine().makeTensorFromTensorInfo(output);
  }
}

function floats(...values: number[]) {
  return values.map((value) => ({ type: 'float32' as const, data: [value] }));
}

function size(hiddenSize: number) {
  return [{ type: 'int32' as const, data: [hiddenSize] }];
}
