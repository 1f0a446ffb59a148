/** Layers that work on each step by itself. */
import { activateRows, activationName, activationNamed, type Activation } from '../activations';
import type { LayerSpec } from '../layerSpec';
import { multiply } from '../matrixProduct';
import { rowOperation, type Rows } from '../operation';
import type { BuiltCall, LayerBuild, LayerBuilder } from './layerBuild';

export const dense: LayerBuilder = (build) => {
  const { layer, majorVersion } = build;
  const { id, shape } = build.value();
  const units = layer.size('units');
  const [kernel] = build.take('', [[shape.size, units]]);
  const [bias = null] = layer.flag('use_bias', true) ? build.take('', [[units]]) : [];
  const activate = activateRows(layer.config['activation'], majorVersion);
  const operation = rowOperation(plain(build, units), ([input], rows) => {
    const data = rows.resize(input.count);
    multiply(input.data, input.count, shape.size, kernel, units, bias, data);
    activate(data, input.count, units);
  });
  return { operation, from: [id] };
};

export const embedding: LayerBuilder = (build) => {
  const { layer } = build;
  const { id, shape } = build.value();
  const inputs = layer.size('input_dim');
  const outputs = layer.size('output_dim');
  if (shape.size !== 1) {
    throw layer.fault('embeds something that is not a sequence of numbers');
  }
  const [table] = build.take('', [[inputs, outputs]]);
  const operation = rowOperation(
    { size: outputs, perStep: shape.perStep, masked: shape.meaning === 'tokens' && layer.flag('mask_zero') },
    ([input], rows) => {
      const data = rows.resize(input.count);
      for (let row = 0; row < input.count; row++) {
        const begin = input.data[row] * outputs;
        data.set(table.subarray(begin, begin + outputs), row * outputs);
      }
    },
    { maxSteps: shape.firstPosition === undefined ? Infinity : inputs - shape.firstPosition },
  );
  return { operation, from: [id] };
};

/** Layers and operations that do nothing in predictions, such as dropout, noise and casts. */
export const identity: LayerBuilder = (build) => {
  const { id, shape } = build.value();
  return { operation: rowOperation(shape, ([input], rows) => void copy(input, rows)), from: [id] };
};

export const activation: LayerBuilder = (build) => {
  const activate = activateRows(build.layer.config['activation'], build.majorVersion);
  return inPlace(build, activate);
};

/** An operation of `keras.ops` or TensorFlow that is an activation. */
export function activationCalled(name: string): LayerBuilder {
  return (build) => inPlace(build, activateRows(name, build.majorVersion));
}

export const geluOperation: LayerBuilder = (build) =>
  build.layer.flag('approximate', true)
    ? elementwise(build, (x) => 0.5 * x * (1 + Math.tanh(0.7978845608028654 * (x + 0.044715 * x ** 3))))
    : elementwise(build, activationNamed('gelu', build.majorVersion));

export const softmax: LayerBuilder = (build) => {
  const axis = build.layer.config['axis'] ?? -1;
  if (axis !== -1) {
    throw build.layer.fault('has a softmax over another axis than the last, which is not supported');
  }
  return inPlace(build, activateRows('softmax', build.majorVersion));
};

export const relu: LayerBuilder = (build) => {
  const { layer } = build;
  const slope = layer.number('negative_slope', 0);
  const threshold = layer.number('threshold', 0);
  const largest = layer.number('max_value', Number.MAX_VALUE);
  return elementwise(build, (x) => (x >= threshold ? Math.min(x, largest) : slope * (x - threshold)));
};

export const leakyRelu: LayerBuilder = (build) => {
  const { layer } = build;
  const slope = layer.number('negative_slope', layer.number('alpha', 0.3));
  return elementwise(build, (x) => (x > 0 ? x : slope * x));
};

export const elu: LayerBuilder = (build) => {
  const alpha = build.layer.number('alpha', 1);
  return elementwise(build, (x) => (x > 0 ? x : alpha * Math.expm1(x)));
};

function elementwise(build: LayerBuild, apply: Activation): BuiltCall {
  return inPlace(build, (data, rows, size) => {
    for (let i = 0; i < rows * size; i++) {
      data[i] = apply(data[i]);
    }
  });
}

function inPlace(
  build: LayerBuild,
  activate: (data: Float32Array, rows: number, size: number) => void,
): BuiltCall {
  const { id, shape } = build.value();
  const operation = rowOperation(plain(build, shape.size), ([input], rows) => {
    activate(copy(input, rows), input.count, shape.size);
  });
  return { operation, from: [id] };
}

/** The shape of a result that is computed from positions or token numbers but is neither. */
function plain(build: LayerBuild, size: number): { size: number; perStep: boolean; masked: boolean } {
  const { perStep, masked } = build.value().shape;
  return { size, perStep, masked };
}

export function copy(input: Rows, rows: Rows): Float32Array {
  const data = rows.resize(input.count);
  const length = input.count * input.size;
  data.set(input.data.length === length ? input.data : input.data.subarray(0, length));
  return data;
}

/** The name of a layer's activation, which tells whether its values are a distribution, scores for one, or neither. */
export function finalActivation({ className, config }: LayerSpec): string {
  return className === 'Softmax' ? 'softmax' : activationName(config['activation']);
}
