import {
  ATTENTION_HEADS,
  headSize,
  NORM_EPSILON,
  ROTARY_BASE,
  type NetworkConfig,
  type RecurrentConfig,
  type TransformerConfig,
} from '../../../../src/model/networkConfig';
import type { TrainBatch } from '../../../../src/trainer/engine';

export type DoubleWeights = ReadonlyMap<string, Float64Array>;
/** The state of one batch row; a Transformer has no cells, and only networks with attention have the rest. */
interface RowState {
  readonly cells: readonly { readonly hidden: number[]; readonly cell: number[] }[];
  /** A recurrent network's last outputs. */
  readonly outputs: readonly number[][];
  /** A Transformer's last positions, by layer and head. */
  readonly positions: readonly { readonly keys: number[][][]; readonly values: number[][][] }[];
}
/** By batch row. */
export type DoubleState = readonly RowState[];

/**
 * The mean cross-entropy of one window in 64-bit floats, directly from the formulas of networkConfig.ts, so that its central
 * differences are exact enough to check 32-bit gradients. For texts shorter than the attention's window.
 */
export function doubleLoss(
  config: NetworkConfig,
  weights: DoubleWeights,
  batch: TrainBatch,
  state: DoubleState | null,
): { loss: number; state: DoubleState } {
  let total = 0;
  let count = 0;
  const after: RowState[] = [];
  for (let row = 0; row < batch.batchSize; row++) {
    let own = state === null || batch.resets[row] === 1 ? freshState(config) : state[row];
    for (let t = 0; t < batch.unrollSteps; t++) {
      const at = row * batch.unrollSteps + t;
      const step = stepOnce(config, weights, batch.inputs[at], own);
      own = step.state;
      if (batch.mask[at] === 1) {
        total -= Math.log(step.probs[batch.targets[at]]);
        count++;
      }
    }
    after.push(own);
  }
  return { loss: total / count, state: after };
}

function freshState(config: NetworkConfig): RowState {
  const zeros = () => new Array<number>(config.hiddenSize).fill(0);
  const cells =
    config.architecture === 'transformer'
      ? []
      : Array.from({ length: config.numLayers }, () => ({ hidden: zeros(), cell: zeros() }));
  return { cells, outputs: [], positions: [] };
}

function stepOnce(
  config: NetworkConfig,
  weights: DoubleWeights,
  token: number,
  before: RowState,
): { state: RowState; probs: number[] } {
  const { embeddingSize } = config;
  const embedding = weights.get('embedding')!;
  const embedded = [...embedding.subarray(token * embeddingSize, (token + 1) * embeddingSize)];
  const { state, projected } =
    config.architecture === 'transformer'
      ? transformerStep(config, weights, embedded, before)
      : recurrentStep(config, weights, embedded, before);
  const exps = add(times(embedding, projected), weights.get('outputBias')!).map(Math.exp);
  const sum = exps.reduce((x, y) => x + y);
  return { state, probs: exps.map((x) => x / sum) };
}

interface Step {
  readonly state: RowState;
  readonly projected: number[];
}

function recurrentStep(
  config: RecurrentConfig,
  weights: DoubleWeights,
  embedded: number[],
  before: RowState,
): Step {
  const { architecture, hiddenSize: H } = config;
  let output = embedded;
  const cells = before.cells.map(({ hidden, cell }, index) => {
    const tensor = (name: string) => weights.get(`layers.${index}.${name}`)!;
    const a = add(times(tensor('inputKernel'), output), tensor('bias'));
    const product = times(tensor('recurrentKernel'), hidden);
    const r = architecture === 'gru' ? add(product, tensor('recurrentBias')) : product;
    const next = { hidden: [...hidden], cell: [...cell] };
    for (let i = 0; i < H; i++) {
      if (architecture === 'lstm') {
        const gate = (k: number) => a[k * H + i] + r[k * H + i];
        next.cell[i] = sigmoid(gate(1)) * cell[i] + sigmoid(gate(0)) * Math.tanh(gate(2));
        next.hidden[i] = sigmoid(gate(3)) * Math.tanh(next.cell[i]);
      } else if (architecture === 'gru') {
        const update = sigmoid(a[i] + r[i]);
        const reset = sigmoid(a[H + i] + r[H + i]);
        next.hidden[i] = update * hidden[i] + (1 - update) * Math.tanh(a[2 * H + i] + reset * r[2 * H + i]);
      } else {
        next.hidden[i] = Math.tanh(a[i] + r[i]);
      }
    }
    output = index === 0 ? next.hidden : add(output, next.hidden);
    return next;
  });
  const projected = times(weights.get('projection')!, output);
  if (config.attention !== true) {
    return { state: { ...before, cells }, projected };
  }
  const outputs = [...before.outputs, output];
  const gated = (name: string) => {
    const gate = [...weights.get(`attention.${name}`)!].map(sigmoid);
    return outputs.map((y) => y.map((value, i) => gate[i] * value));
  };
  const query = times(weights.get('attention.queryKernel')!, output);
  const found = attend(query, gated('keyGate'), gated('valueGate'));
  return {
    state: { ...before, cells, outputs },
    projected: add(projected, times(weights.get('attention.outputKernel')!, found)),
  };
}

function transformerStep(
  config: TransformerConfig,
  weights: DoubleWeights,
  embedded: number[],
  before: RowState,
): Step {
  const size = headSize(config);
  const own: { keys: number[][][]; values: number[][][] } = { keys: [], values: [] };
  const positions = [...before.positions, own];
  let stream = embedded.map((x) => x * Math.sqrt(config.embeddingSize));
  for (let layer = 0; layer < config.numLayers; layer++) {
    const tensor = (name: string) => weights.get(`layers.${layer}.${name}`)!;
    const made = times(tensor('queryKeyValueKernel'), norm(stream, tensor('attentionNorm')));
    const head = (part: number, index: number) => {
      const start = (part * ATTENTION_HEADS + index) * size;
      return made.slice(start, start + size);
    };
    const heads = Array.from({ length: ATTENTION_HEADS }, (_, index) => index);
    own.keys.push(heads.map((index) => turn(head(1, index), before.positions.length)));
    own.values.push(heads.map((index) => head(2, index)));
    const attended = heads.flatMap((index) =>
      attend(
        turn(head(0, index), before.positions.length),
        positions.map(({ keys }) => keys[layer][index]),
        positions.map(({ values }) => values[layer][index]),
      ),
    );
    stream = add(stream, times(tensor('attentionOutputKernel'), attended));
    const normed = norm(stream, tensor('feedForwardNorm'));
    const expanded = add(times(tensor('expandKernel'), normed), tensor('expandBias'));
    const squared = expanded.map((x) => Math.max(x, 0) ** 2);
    stream = add(stream, add(times(tensor('contractKernel'), squared), tensor('contractBias')));
  }
  return { state: { ...before, positions }, projected: norm(stream, weights.get('finalNorm')!) };
}

function norm(x: readonly number[], gain: Float64Array): number[] {
  const meanSquare = x.reduce((sum, value) => sum + value * value, 0) / x.length;
  return x.map((value, i) => (gain[i] * value) / Math.sqrt(meanSquare + NORM_EPSILON));
}

function turn(x: readonly number[], position: number): number[] {
  const half = x.length / 2;
  return x.map((value, i) => {
    const angle = position * ROTARY_BASE ** ((-2 * (i % half)) / x.length);
    return i < half
      ? value * Math.cos(angle) - x[i + half] * Math.sin(angle)
      : value * Math.cos(angle) + x[i - half] * Math.sin(angle);
  });
}

function attend(query: readonly number[], keys: readonly number[][], values: readonly number[][]): number[] {
  const exps = keys.map((key) =>
    Math.exp(key.reduce((sum, value, i) => sum + value * query[i], 0) / Math.sqrt(query.length)),
  );
  const total = exps.reduce((a, b) => a + b);
  return query.map((_, i) => values.reduce((sum, value, j) => sum + (exps[j] / total) * value[i], 0));
}

function times(matrix: Float64Array, vector: readonly number[]): number[] {
  const columns = vector.length;
  return Array.from({ length: matrix.length / columns }, (_, row) =>
    vector.reduce((sum, value, column) => sum + matrix[row * columns + column] * value, 0),
  );
}

function add(a: readonly number[], b: ArrayLike<number>): number[] {
  return a.map((value, i) => value + b[i]);
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
