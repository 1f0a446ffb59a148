/** Layers and operations that combine several values, element by element or by concatenation. */
import { KerasFault } from '../kerasFault';
import { rowOperation, type RunContext, type Rows, type ValueShape } from '../operation';
import type { BuiltCall, LayerBuild, LayerBuilder, Tensor } from './layerBuild';

type Combine = (a: number, b: number) => number;

const add: Combine = (a, b) => a + b;
const subtract: Combine = (a, b) => a - b;
const times: Combine = (a, b) => a * b;
const divide: Combine = (a, b) => a / b;

export const addition = merging(add);
export const subtraction = merging(subtract);
export const multiplication = merging(times);
export const division = merging(divide);
export const maximum = merging(Math.max);
export const minimum = merging(Math.min);

export const average: LayerBuilder = (build) => {
  const count = build.tensors().length;
  return elementwise(build, add, (total) => total / count);
};

export const concatenation: LayerBuilder = (build) => {
  const { layer } = build;
  const values = build.tensors().map((tensor) => {
    if (tensor.kind !== 'value') {
      throw layer.fault('joins a constant, which is not supported');
    }
    return tensor;
  });
  const { perStep } = values[0].shape;
  const axis = layer.config['axis'] ?? -1;
  if (values.some(({ shape }) => shape.perStep !== perStep) || (axis !== -1 && axis !== (perStep ? 2 : 1))) {
    throw layer.fault('joins along another axis than the last, which is not supported');
  }
  const size = values.reduce((total, { shape }) => total + shape.size, 0);
  const operation = rowOperation({ size, perStep, masked: isMasked(build, values) }, (inputs, rows) => {
    const { count } = inputs[0];
    const data = rows.resize(count);
    let offset = 0;
    for (const input of inputs) {
      for (let row = 0; row < count; row++) {
        data.set(input.data.subarray(row * input.size, (row + 1) * input.size), row * size + offset);
      }
      offset += input.size;
    }
  });
  return { operation, from: values.map(({ id }) => id) };
};

function merging(combine: Combine): LayerBuilder {
  return (build) => elementwise(build, combine, null);
}

/** An operand of an element-wise operation: an input value by its index, or a constant. */
type Operand =
  | { readonly input: number; readonly size: number }
  | { readonly constant: Float32Array; readonly size: number; readonly steps: number };

function elementwise(build: LayerBuild, combine: Combine, finish: ((x: number) => number) | null): BuiltCall {
  const { layer } = build;
  const tensors = build.tensors('x1', 'x2', 'x', 'y');
  const from: number[] = [];
  const operands = tensors.map((tensor): Operand => {
    if (tensor.kind === 'constant') {
      return constantOperand(tensor.value);
    }
    from.push(tensor.id);
    return { input: from.length - 1, size: tensor.shape.size };
  });
  const values = tensors.filter((tensor) => tensor.kind === 'value');
  const size = Math.max(...operands.map((operand) => operand.size));
  const [first] = values;
  if (
    first === undefined ||
    operands.length < 2 ||
    values.some(({ shape }) => shape.perStep !== first.shape.perStep)
  ) {
    throw layer.fault('puts a sequence and something else together, which is not supported');
  }
  if (operands.some((operand) => operand.size !== size && operand.size !== 1)) {
    throw layer.fault('puts vectors of different sizes together');
  }
  const maxSteps = Math.min(
    ...operands.map((operand) => ('steps' in operand && operand.steps > 1 ? operand.steps : Infinity)),
  );
  const shape: ValueShape = {
    size,
    perStep: first.shape.perStep,
    masked: isMasked(build, values),
    ...shiftedPositions(tensors, combine),
  };
  const run = (inputs: readonly Rows[], rows: Rows, { position }: Pick<RunContext, 'position'>) => {
    const { count } = inputs[0];
    const data = rows.resize(count);
    for (const [i, operand] of operands.entries()) {
      const source = 'input' in operand ? inputs[operand.input].data : operand.constant;
      for (let row = 0; row < count; row++) {
        const step = 'input' in operand ? row : operand.steps > 1 ? position + row : 0;
        for (let column = 0, at = row * size; column < size; column++, at++) {
          const item = source[step * operand.size + (operand.size === 1 ? 0 : column)];
          data[at] = i === 0 ? item : combine(data[at], item);
        }
      }
    }
    if (finish !== null) {
      for (let at = 0; at < count * size; at++) {
        data[at] = finish(data[at]);
      }
    }
  };
  // A constant with a row for each step makes the result depend on how many steps came before.
  const traits = maxSteps === Infinity ? {} : { scope: 'steps' as const, maxSteps };
  return { operation: rowOperation(shape, run, traits), from };
}

/** Positions plus or minus a number are still positions. */
function shiftedPositions(tensors: readonly Tensor[], combine: Combine): Pick<ValueShape, 'firstPosition'> {
  const [left, right] = tensors;
  if (left.kind === 'constant' || left.shape.firstPosition === undefined || tensors.length !== 2) {
    return {};
  }
  const isShift = combine === add || combine === subtract;
  return right.kind === 'constant' && typeof right.value === 'number' && isShift
    ? { firstPosition: combine(left.shape.firstPosition, right.value) }
    : {};
}

/** In Keras 2 one masked value is enough to mask the result; in Keras 3 all must be masked. */
function isMasked(build: LayerBuild, values: readonly { readonly shape: ValueShape }[]): boolean {
  return build.majorVersion >= 3
    ? values.every(({ shape }) => shape.masked)
    : values.some(({ shape }) => shape.masked);
}

/** A number; a vector [size]; or, perhaps with leading axes of size one, a vector for each step [steps, size]. */
function constantOperand(value: unknown): Operand {
  let inner = value;
  while (Array.isArray(inner) && inner.length === 1 && Array.isArray(inner[0])) {
    inner = inner[0];
  }
  const rows: readonly unknown[] = Array.isArray(inner) && Array.isArray(inner[0]) ? inner : [inner];
  const size = Array.isArray(rows[0]) ? rows[0].length : 1;
  const constant = new Float32Array(rows.length * size);
  rows.forEach((row, i) => {
    const items: readonly unknown[] = Array.isArray(row) ? row : [row];
    if (items.length !== size || !items.every((item) => typeof item === 'number' && Number.isFinite(item))) {
      throw new KerasFault('it has a constant that is not a matrix of numbers');
    }
    constant.set(items as number[], i * size);
  });
  return { constant, size, steps: rows.length };
}
