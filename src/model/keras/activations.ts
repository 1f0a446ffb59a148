/** The activation functions of Keras by name. */
import { KerasFault } from './kerasFault';
import { isObject } from './layerSpec';

export type Activation = (x: number) => number;

const SQRT_HALF = Math.SQRT1_2;
const SELU_ALPHA = 1.6732632423543772;
const SELU_SCALE = 1.0507009873554805;

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

const ACTIVATIONS: Readonly<Record<string, Activation>> = {
  linear: (x) => x,
  relu: (x) => (x > 0 ? x : 0),
  relu6: (x) => Math.min(6, Math.max(0, x)),
  tanh: Math.tanh,
  sigmoid,
  elu: (x) => (x > 0 ? x : Math.expm1(x)),
  selu: (x) => SELU_SCALE * (x > 0 ? x : SELU_ALPHA * Math.expm1(x)),
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  softsign: (x) => x / (1 + Math.abs(x)),
  silu: (x) => x * sigmoid(x),
  swish: (x) => x * sigmoid(x),
  exponential: Math.exp,
  gelu: (x) => 0.5 * x * (1 + erf(x * SQRT_HALF)),
  leaky_relu: (x) => (x > 0 ? x : 0.2 * x),
  mish: (x) => x * Math.tanh(Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))),
  // Keras 3; the one of Keras 2 is steeper, see below.
  hard_sigmoid: (x) => Math.min(1, Math.max(0, x / 6 + 0.5)),
};
const HARD_SIGMOID_OF_KERAS_2: Activation = (x) => Math.min(1, Math.max(0, 0.2 * x + 0.5));

/**
 * An element-wise activation.
 * @param majorVersion of the Keras that wrote the file
 * @throws KerasFault for one that is not known, such as the author's own function
 */
export function activationNamed(value: unknown, majorVersion: number): Activation {
  const name = activationName(value);
  if (name === 'hard_sigmoid' && majorVersion < 3) {
    return HARD_SIGMOID_OF_KERAS_2;
  }
  if (!Object.hasOwn(ACTIVATIONS, name)) {
    throw new KerasFault(
      `the activation "${name}" is not known; supported are ${Object.keys(ACTIVATIONS).join(', ')} and softmax`,
    );
  }
  return ACTIVATIONS[name];
}

/** The name of a layer's `activation`, also of the author's own function, to name it in an error. */
export function activationName(value: unknown): string {
  if (value === null || value === undefined) {
    return 'linear';
  }
  if (isObject(value)) {
    const config = value['config'];
    return typeof config === 'string' ? config : String(value['class_name']);
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A row-wise activation, softmax included, in place on `rows` vectors of `size`. */
export function activateRows(
  value: unknown,
  majorVersion: number,
): (data: Float32Array, rows: number, size: number) => void {
  const name = activationName(value);
  if (name === 'linear') {
    return () => undefined;
  }
  if (name === 'softmax') {
    return softmaxRows;
  }
  const activation = activationNamed(value, majorVersion);
  return (data, rows, size) => {
    for (let i = 0; i < rows * size; i++) {
      data[i] = activation(data[i]);
    }
  };
}

/** exp(x − max) divided by its sum, row by row and in place. */
function softmaxRows(data: Float32Array, rows: number, size: number): void {
  for (let row = 0; row < rows; row++) {
    const begin = row * size;
    const end = begin + size;
    let largest = -Infinity;
    for (let i = begin; i < end; i++) {
      if (data[i] > largest) {
        largest = data[i];
      }
    }
    let total = 0;
    for (let i = begin; i < end; i++) {
      total += data[i] = Math.exp(data[i] - largest);
    }
    const factor = 1 / total;
    for (let i = begin; i < end; i++) {
      data[i] *= factor;
    }
  }
}

/** The error function to within 1.2e-7, about the precision of 32-bit floats (Press et al., Numerical Recipes, erfcc). */
function erf(x: number): number {
  const t = 1 / (1 + 0.5 * Math.abs(x));
  const polynomial =
    -1.26551223 +
    t *
      (1.00002368 +
        t *
          (0.37409196 +
            t *
              (0.09678418 +
                t *
                  (-0.18628806 +
                    t *
                      (0.27886807 +
                        t * (-1.13520398 + t * (1.48851587 + t * (-0.82215223 + t * 0.17087277))))))));
  const complement = t * Math.exp(-x * x + polynomial);
  return x >= 0 ? 1 - complement : complement - 1;
}
