/** Attention of a step to itself and the steps before it, or, in a model over whole windows, to all steps. */
import type { Argument } from '../graphArguments';
import { multiply } from '../matrixProduct';
import { Rows, stepOperation, type OperationTraits, type ValueShape } from '../operation';
import { AttentionHeads, dotProduct, type KeyValueCache, type Score } from './keyValueCache';
import type { BuiltCall, LayerBuild, LayerBuilder } from './layerBuild';

/** Vaswani et al., arXiv 1706.03762. */
export const multiHeadAttention: LayerBuilder = (build) => {
  const { layer } = build;
  for (const option of ['use_gate', 'sliding_window']) {
    if ((layer.config[option] ?? false) !== false) {
      throw layer.fault(`uses "${option}", which is not supported`);
    }
  }
  const axes = layer.config['attention_axes'] ?? null;
  if (axes !== null && JSON.stringify(axes) !== '[1]' && axes !== 1) {
    throw layer.fault('attends over other axes than the steps, which is not supported');
  }
  const [query, value, key = value] = build.sequences('query', 'value', 'key');
  if (value === undefined) {
    throw layer.fault('is called without a query and a value');
  }
  const heads = layer.size('num_heads');
  const keySize = layer.size('key_dim');
  const valueSize = (layer.config['value_dim'] ?? null) === null ? keySize : layer.size('value_dim');
  const outputSize = outputSizeOf(build, query.shape.size);
  const usesBias = layer.flag('use_bias', true);
  const projection = (part: string, inputs: number, size: number): Projection => {
    const [kernel] = build.take(part, [[inputs, heads, size]]);
    const [bias = null] = usesBias ? build.take(part, [[heads, size]]) : [];
    return { kernel, bias, inputs, rows: new Rows(heads * size) };
  };
  const queries = projection('query_dense', query.shape.size, keySize);
  const keys = projection('key_dense', key.shape.size, keySize);
  const values = projection('value_dense', value.shape.size, valueSize);
  const [outputKernel] = build.take('output_dense', [[heads, valueSize, outputSize]]);
  const [outputBias = null] = usesBias ? build.take('output_dense', [[outputSize]]) : [];
  const attention = new AttentionHeads(heads, keySize, valueSize, 1 / Math.sqrt(keySize), dotProduct);
  const attended = new Rows(heads * valueSize);
  return attentionCall(
    build,
    { query, value, key },
    outputSize,
    attention,
    ([queryRows, valueRows, keyRows], rows, { mask, queryMask }, before, isCausal) => {
      project(queries, queryRows);
      project(keys, keyRows);
      project(values, valueRows);
      const cache = before.append(keys.rows.data, values.rows.data, mask, keyRows.count);
      attendAll(attention, queries.rows, cache, before.length, isCausal, attended, queryMask);
      const data = rows.resize(attended.count);
      multiply(attended.data, attended.count, attended.size, outputKernel, outputSize, outputBias, data);
      return cache;
    },
  );
};

/** Luong et al., arXiv 1508.04025, as Keras' `Attention`; without projections. */
export const dotAttention: LayerBuilder = (build) => {
  const { layer } = build;
  const mode = layer.text('score_mode', 'dot');
  const [scale = ONE] = layer.flag('use_scale') ? build.take('', [[]]) : [];
  if (mode === 'dot') {
    return plainAttention(build, dotProduct, scale[0]);
  }
  const [weight] = build.take('', [[]]);
  const score: Score = (query, queryAt, keys, keyAt, size) => {
    let total = 0;
    for (let i = 0; i < size; i++) {
      total += Math.tanh(scale[0] * (query[queryAt + i] + keys[keyAt + i]));
    }
    return total;
  };
  return plainAttention(build, score, weight[0]);
};
const ONE = Float32Array.of(1);

/** Bahdanau et al., arXiv 1409.0473. */
export const additiveAttention: LayerBuilder = (build) => {
  const { size } = build.sequences('query', 'value', 'key')[0].shape;
  const [scale = new Float32Array(size).fill(1)] = build.layer.flag('use_scale', true)
    ? build.take('', [[size]])
    : [];
  const score: Score = (query, queryAt, keys, keyAt) => {
    let total = 0;
    for (let i = 0; i < size; i++) {
      total += scale[i] * Math.tanh(query[queryAt + i] + keys[keyAt + i]);
    }
    return total;
  };
  return plainAttention(build, score, 1);
};

function plainAttention(build: LayerBuild, score: Score, scale: number): BuiltCall {
  const [query, value, key = value] = build.sequences('query', 'value', 'key');
  if (value === undefined || query.shape.size !== key.shape.size) {
    throw build.layer.fault('is called without a query and a value of its size');
  }
  const attention = new AttentionHeads(1, query.shape.size, value.shape.size, scale, score);
  return attentionCall(
    build,
    { query, value, key },
    value.shape.size,
    attention,
    ([queryRows, valueRows, keyRows], rows, { mask, queryMask }, before, isCausal) => {
      const cache = before.append(keyRows.data, valueRows.data, mask, keyRows.count);
      attendAll(attention, queryRows, cache, before.length, isCausal, rows, null);
      for (let row = 0; row < rows.count; row++) {
        // These layers, unlike MultiHeadAttention, put zeros where the query is padding.
        if (queryMask?.[row] === 0) {
          rows.data.fill(0, row * rows.size, (row + 1) * rows.size);
        }
      }
      return cache;
    },
  );
}

interface Projection {
  /** [inputs, heads · size] */
  readonly kernel: Float32Array;
  readonly bias: Float32Array | null;
  readonly inputs: number;
  readonly rows: Rows;
}

interface Source {
  readonly id: number;
  readonly shape: ValueShape;
}

interface Masks {
  /** Of the keys and values; 1 everywhere where neither is masked. */
  readonly mask: Uint8Array;
  /** Null where the queries are not masked. */
  readonly queryMask: Uint8Array | null;
}

function attentionCall(
  build: LayerBuild,
  { query, value, key }: { readonly query: Source; readonly value: Source; readonly key: Source },
  size: number,
  attention: AttentionHeads,
  run: (
    inputs: readonly Rows[],
    rows: Rows,
    masks: Masks,
    before: KeyValueCache,
    isCausal: boolean,
  ) => KeyValueCache,
): BuiltCall {
  const { layer, options } = build;
  const mask = options.get('attention_mask');
  const masksAll = mask !== undefined && (mask.kind === 'value' || mask.value !== null);
  if (masksAll && !isLowerTriangle(mask)) {
    throw layer.fault('has an attention_mask that is not causal; use use_causal_mask=True');
  }
  if (build.isAsked('return_attention_scores')) {
    throw layer.fault('returns its scores, which is not supported');
  }
  const isCausal = build.isAsked('use_causal_mask') || layer.flag('causal') || masksAll;
  const isPadded = value.shape.masked || key.shape.masked;
  const allReal = new Uint8Array(0);
  let real = allReal;
  const traits: OperationTraits = isCausal
    ? { maxSteps: masksAll ? lengthOf(mask) : Infinity }
    : { scope: 'whole', whyWhole: 'attends to later words, too (use_causal_mask is not set)' };
  const operation = stepOperation(
    { size, perStep: true, masked: query.shape.masked },
    attention.emptyCache(),
    (inputs, rows, context, before) => {
      if (!isPadded && real.length < context.mask.length) {
        real = new Uint8Array(context.mask.length).fill(1);
      }
      const queryMask = query.shape.masked ? context.mask : null;
      return run(inputs, rows, { mask: isPadded ? context.mask : real, queryMask }, before, isCausal);
    },
    traits,
  );
  return { operation, from: [query.id, value.id, key.id] };
}

function project({ kernel, bias, inputs, rows }: Projection, input: Rows): void {
  const data = rows.resize(input.count);
  multiply(input.data, input.count, inputs, kernel, rows.size, bias, data);
}

/** @param blind [queries], 0 where a query is shown no step at all; null where each is shown some */
function attendAll(
  attention: AttentionHeads,
  queries: Rows,
  cache: KeyValueCache,
  earlier: number,
  isCausal: boolean,
  output: Rows,
  blind: Uint8Array | null,
): void {
  const data = output.resize(queries.count);
  for (let row = 0; row < queries.count; row++) {
    const visible = blind?.[row] === 0 ? 0 : isCausal ? earlier + row + 1 : cache.length;
    attention.attend(queries.data, row * queries.size, cache, visible, data, row * output.size);
  }
}

function outputSizeOf(build: LayerBuild, querySize: number): number {
  const shape = build.layer.config['output_shape'] ?? null;
  if (shape === null) {
    return querySize;
  }
  const size: unknown = Array.isArray(shape) && shape.length === 1 ? shape[0] : shape;
  if (typeof size !== 'number' || !Number.isInteger(size) || size < 1) {
    throw build.layer.fault('has an output_shape of several axes, which is not supported');
  }
  return size;
}

/** Whether a constant mask, [steps, steps] or with leading axes of size one, lets each step see exactly itself and the steps before. */
function isLowerTriangle(mask: Argument): boolean {
  const rows = matrixOf(mask);
  return (
    rows?.every(
      (row, i) =>
        Array.isArray(row) &&
        row.length === rows.length &&
        row.every((item: unknown, j) => Boolean(item) === j <= i),
    ) === true
  );
}

function lengthOf(mask: Argument): number {
  return matrixOf(mask)?.length ?? 0;
}

function matrixOf(mask: Argument): readonly unknown[] | null {
  let value = mask.kind === 'value' ? null : mask.value;
  while (Array.isArray(value) && value.length === 1 && Array.isArray((value[0] as unknown[])[0])) {
    value = value[0];
  }
  return Array.isArray(value) ? (value as unknown[]) : null;
}
