/**
 * The blueprint of a recurrent language model and the names, shapes and layouts of its learned tensors.
 * Every part that touches weights (trainer, generation kernel, checkpoint, pretraining twin) follows this file.
 *
 * For a token x_t:
 *   e = embedding[x_t]                                  [embeddingSize]
 *   y_0 = cell_0(e)                                     [hiddenSize]
 *   y_l = y_(l-1) + cell_l(y_(l-1))   for l >= 1        residual layers
 *   logits = embedding · (projection · y_last) + outputBias        the softmax is tied to the embedding
 *
 * Cells, with a = inputKernel · x + bias and r = recurrentKernel · h (rows grouped by gate in the order given):
 *   lstm  gates i f c o (the order of Keras): c' = σ(f) c + σ(i) tanh(c̃), h' = σ(o) tanh(c')
 *   gru   gates z r h (Keras, reset_after): h̃ = tanh(a_h + σ(r) (r_h + recurrentBias_h)), h' = σ(z) h + (1 − σ(z)) h̃
 *   rnn   h' = tanh(a + r)
 */
export const CELL_KINDS = ['lstm', 'gru', 'rnn'] as const;
export type CellKind = (typeof CELL_KINDS)[number];

export interface NetworkConfig {
  readonly architecture: CellKind;
  readonly vocabSize: number;
  readonly embeddingSize: number;
  readonly hiddenSize: number;
  /** 1 to 3. */
  readonly numLayers: number;
}

/** Number of row groups in a cell's kernels. */
export const GATES_PER_CELL: Readonly<Record<CellKind, number>> = { lstm: 4, gru: 3, rnn: 1 };

/** Row-major weights by tensor name; see {@link networkTensorShapes}. */
export type NetworkWeights = ReadonlyMap<string, Float32Array>;

/** Shapes of all learned tensors, [rows, columns] or [length], in a fixed order. Rows are outputs. */
export function networkTensorShapes(config: NetworkConfig): Map<string, readonly number[]> {
  const { architecture, vocabSize, embeddingSize, hiddenSize, numLayers } = config;
  const rows = GATES_PER_CELL[architecture] * hiddenSize;
  const shapes = new Map<string, readonly number[]>([['embedding', [vocabSize, embeddingSize]]]);
  for (let layer = 0; layer < numLayers; layer++) {
    shapes.set(`layers.${layer}.inputKernel`, [rows, layer === 0 ? embeddingSize : hiddenSize]);
    shapes.set(`layers.${layer}.recurrentKernel`, [rows, hiddenSize]);
    shapes.set(`layers.${layer}.bias`, [rows]);
    if (architecture === 'gru') {
      shapes.set(`layers.${layer}.recurrentBias`, [rows]);
    }
  }
  shapes.set('projection', [embeddingSize, hiddenSize]);
  shapes.set('outputBias', [vocabSize]);
  return shapes;
}

export function countParameters(config: NetworkConfig): number {
  let total = 0;
  for (const shape of networkTensorShapes(config).values()) {
    total += shape.reduce((product, size) => product * size, 1);
  }
  return total;
}
