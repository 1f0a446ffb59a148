/** Layers and operations along the steps: positions, the last step, pooling, flattening. */
import { rowOperation } from '../operation';
import type { BuiltCall, LayerBuild, LayerBuilder } from './layerBuild';
import { copy } from './rowLayers';

/** Applies the same layer to each step. */
export function timeDistributed(buildLayer: LayerBuilder): LayerBuilder {
  return (build) => {
    const built = buildLayer(build.inside('layer'));
    if (!built.operation.shape.perStep || built.operation.scope !== 'rows') {
      throw build.layer.fault('holds a layer that does not work step by step, which is not supported');
    }
    return built;
  };
}

/** `x[:, -1]`: the last step of a sequence. */
export const item: LayerBuilder = (build) => {
  const { layer, options } = build;
  const { id, shape } = build.value();
  const key = options.get('argument 1') ?? options.get('slice_spec') ?? options.get('key');
  if (key === undefined || key.kind === 'value') {
    throw layer.fault('takes a part that is not supported');
  }
  if (shape.meaning === 'stepCount') {
    return shapeOf(build);
  }
  const parts: readonly unknown[] = Array.isArray(key.value) ? key.value : [];
  const [batch, step, ...rest] = parts;
  if (!shape.perStep || parts.length < 2 || step !== -1 || ![batch, ...rest].every(isWholeSlice)) {
    throw layer.fault('takes another part of a sequence than the last step, which is not supported');
  }
  return lastStep(id, shape.size);
};

function lastStep(id: number, size: number): BuiltCall {
  const operation = rowOperation({ size, perStep: false, masked: false }, ([input], rows, { isWhole }) => {
    if (isWhole) {
      rows.resize(1).set(input.data.subarray((input.count - 1) * size, input.count * size));
    } else {
      copy(input, rows);
    }
  });
  return { operation, from: [id] };
}

/** `[:]` in the notations of Keras 2 and 3. */
function isWholeSlice(part: unknown): boolean {
  const { config = part } = (part ?? {}) as { config?: unknown };
  const { start, stop, step } = (config ?? {}) as Record<string, unknown>;
  return (
    typeof part === 'object' && part !== null && start === null && stop === null && (step ?? null) === null
  );
}

/** `tokens != 0`: Keras 3 writes the mask of `mask_zero` into the graph of a functional model and hands it to each layer that takes one. */
export const maskOfTokens: LayerBuilder = (build) => {
  const [tokens, padding] = build.tensors('x1', 'x2');
  const isMask =
    tokens.kind === 'value' &&
    tokens.shape.meaning === 'tokens' &&
    padding.kind === 'constant' &&
    padding.value === 0;
  if (!isMask) {
    throw build.layer.fault('compares something else than the tokens with 0, which is not supported');
  }
  const shape = { size: 1, perStep: true, masked: false, meaning: 'mask' } as const;
  const operation = rowOperation(shape, ([input], rows) => {
    const data = rows.resize(input.count);
    for (let row = 0; row < input.count; row++) {
      data[row] = input.data[row] === 0 ? 0 : 1;
    }
  });
  return { operation, from: [tokens.id] };
};

/** `logical_or` of masks and the like: there is one mask only, that of the tokens. */
export const sameMask: LayerBuilder = (build) => {
  const [mask] = build.tensors('x1', 'x2').map((tensor) => {
    if (tensor.kind !== 'value' || tensor.shape.meaning !== 'mask') {
      throw build.layer.fault('takes something else than masks, which is not supported');
    }
    return tensor;
  });
  return { operation: rowOperation(mask.shape, ([input], rows) => void copy(input, rows)), from: [mask.id] };
};

/** `ones_like` of the tokens; their cumulative sum gives positions. */
export const onesLike: LayerBuilder = (build) => {
  const { id, shape } = build.value();
  const ones = { ...plainSequence(build, shape.size), meaning: 'ones' } as const;
  const operation = rowOperation(ones, ([input], rows) => {
    rows.resize(input.count).fill(1);
  });
  return { operation, from: [id] };
};

export const cumulativeSum: LayerBuilder = (build) => {
  const { layer, options } = build;
  const { id, shape } = build.value();
  const axisOption = options.get('axis');
  const axis = layer.config['axis'] ?? (axisOption?.kind === 'value' ? undefined : axisOption?.value);
  if (shape.meaning !== 'ones' || shape.size !== 1 || (axis !== 1 && axis !== -1)) {
    throw layer.fault('sums up something else than ones along the steps, which is not supported');
  }
  return positionsOf(id, build.isAsked('exclusive') ? 0 : 1);
};

/** TensorFlow's `range` over the steps. */
export const range: LayerBuilder = (build) => {
  const { layer } = build;
  const tensors = build.tensors('start', 'limit', 'delta');
  const numbers = tensors.flatMap((tensor) => (tensor.kind === 'constant' ? [tensor.value] : []));
  const lengths = tensors.filter((tensor) => tensor.kind === 'value' && tensor.shape.meaning === 'stepCount');
  const source = lengths[0];
  if (lengths.length !== 1 || source.kind !== 'value' || !numbers.every((n) => n === 0 || n === 1)) {
    throw layer.fault('makes other numbers than the positions of the steps, which is not supported');
  }
  return positionsOf(source.id, 0);
};

/** TensorFlow's `shape`; only the number of steps is supported. */
export function shapeOf(build: LayerBuild): BuiltCall {
  const { id } = build.value();
  const operation = rowOperation(
    { size: 1, perStep: true, masked: false, meaning: 'stepCount' },
    ([input], rows) => void rows.resize(input.count),
  );
  return { operation, from: [id] };
}

function positionsOf(id: number, firstPosition: number): BuiltCall {
  const operation = rowOperation(
    { size: 1, perStep: true, masked: false, firstPosition },
    ([input], rows, { position }) => {
      const data = rows.resize(input.count);
      for (let row = 0; row < input.count; row++) {
        data[row] = firstPosition + position + row;
      }
    },
    { scope: 'steps' },
  );
  return { operation, from: [id] };
}

export const globalAveragePooling: LayerBuilder = (build) => {
  const { masked } = build.value().shape;
  return pooling(build, (data, count, size, mask, output) => {
    let steps = 0;
    output.fill(0);
    for (let row = 0; row < count; row++) {
      if (masked && mask[row] === 0) {
        continue;
      }
      steps++;
      for (let i = 0; i < size; i++) {
        output[i] += data[row * size + i];
      }
    }
    for (let i = 0; i < size; i++) {
      // A window that is all padding has no average.
      output[i] /= Math.max(1, steps);
    }
  });
};

export const globalMaxPooling: LayerBuilder = (build) =>
  pooling(build, (data, count, size, _mask, output) => {
    output.fill(-Infinity);
    for (let row = 0; row < count; row++) {
      for (let i = 0; i < size; i++) {
        output[i] = Math.max(output[i], data[row * size + i]);
      }
    }
  });

function pooling(
  build: LayerBuild,
  pool: (data: Float32Array, count: number, size: number, mask: Uint8Array, output: Float32Array) => void,
): BuiltCall {
  const { id, shape } = build.value();
  const { size } = shape;
  if (!shape.perStep || build.layer.flag('keepdims')) {
    throw build.layer.fault('pools something that is not a sequence, which is not supported');
  }
  const operation = rowOperation(
    { size, perStep: false, masked: false },
    ([input], rows, { mask }) => {
      pool(input.data, input.count, size, mask, rows.resize(1).subarray(0, size));
    },
    { scope: 'whole', whyWhole: 'puts all words together, later ones too' },
  );
  return { operation, from: [id] };
}

/** Flatten, and Reshape to one vector or back to the steps of the window. */
export const reshape: LayerBuilder = (build) => {
  const { layer, windowLength } = build;
  const { id, shape } = build.value();
  const total = shape.perStep ? (windowLength ?? 0) * shape.size : shape.size;
  const target = layer.className === 'Flatten' ? [-1] : layer.config['target_shape'];
  const known = Array.isArray(target)
    ? target.reduce((product: number, n) => product * (n === -1 ? 1 : Number(n)), 1)
    : 0;
  const sizes = Array.isArray(target) ? target.map((n) => (n === -1 ? total / known : Number(n))) : [];
  if (shape.perStep && windowLength === null) {
    throw layer.fault(
      'needs a fixed number of words, and the model does not say how many; give its Input a length',
    );
  }
  const perStep = sizes.length === 2;
  const size = sizes.at(-1) ?? 0;
  if (
    sizes.length < 1 ||
    sizes.length > 2 ||
    sizes.reduce((product, n) => product * n, 1) !== total ||
    (perStep && sizes[0] !== windowLength)
  ) {
    throw layer.fault('has a target shape that is not supported');
  }
  const operation = rowOperation(
    { size, perStep, masked: false },
    ([input], rows) => {
      rows.resize(perStep ? sizes[0] : 1).set(input.data.subarray(0, total));
    },
    { scope: 'whole', whyWhole: 'puts all words together, later ones too' },
  );
  return { operation, from: [id] };
};

function plainSequence(build: LayerBuild, size: number): { size: number; perStep: true; masked: false } {
  if (!build.value().shape.perStep) {
    throw build.layer.fault('takes something that is not a sequence, which is not supported');
  }
  return { size, perStep: true, masked: false };
}
