import type { NetworkConfig } from '../../../../src/model/networkConfig';
import type { TrainBatch } from '../../../../src/trainer/engine';

export type DoubleWeights = ReadonlyMap<string, Float64Array>;
/** By batch row and layer. */
export type DoubleState = readonly (readonly { readonly hidden: number[]; readonly cell: number[] }[])[];

/**
 * The mean cross-entropy of one window in 64-bit floats, straight from the formulas of networkConfig.ts, so that central
 * differences of it are exact enough to judge 32-bit gradients.
 */
export function doubleLoss(
  config: NetworkConfig,
  weights: DoubleWeights,
  batch: TrainBatch,
  state: DoubleState | null,
): { loss: number; state: DoubleState } {
  let total = 0;
  let count = 0;
  const after: { hidden: number[]; cell: number[] }[][] = [];
  for (let row = 0; row < batch.batchSize; row++) {
    const zeros = () => new Array<number>(config.hiddenSize).fill(0);
    let layers = Array.from({ length: config.numLayers }, (_, layer) =>
      state === null || batch.resets[row] === 1 ? { hidden: zeros(), cell: zeros() } : state[row][layer],
    );
    for (let t = 0; t < batch.unrollSteps; t++) {
      const at = row * batch.unrollSteps + t;
      const step = stepOnce(config, weights, batch.inputs[at], layers);
      layers = step.layers;
      if (batch.mask[at] === 1) {
        total -= Math.log(step.probs[batch.targets[at]]);
        count++;
      }
    }
    after.push(layers);
  }
  return { loss: total / count, state: after };
}

function stepOnce(
  config: NetworkConfig,
  weights: DoubleWeights,
  token: number,
  before: readonly { readonly hidden: number[]; readonly cell: number[] }[],
): { layers: { hidden: number[]; cell: number[] }[]; probs: number[] } {
  const { architecture, embeddingSize, hiddenSize: H } = config;
  const embedding = weights.get('embedding')!;
  let output = [...embedding.subarray(token * embeddingSize, (token + 1) * embeddingSize)];
  const layers = before.map(({ hidden, cell }, index) => {
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
  const exps = add(times(embedding, projected), weights.get('outputBias')!).map(Math.exp);
  const sum = exps.reduce((x, y) => x + y);
  return { layers, probs: exps.map((x) => x / sum) };
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
