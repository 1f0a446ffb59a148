/**
 * The blueprint of a language model's network and the names, shapes and layouts of its learned tensors.
 * Every part that touches weights (trainer, generation kernel, checkpoint, pretraining twin) follows this file.
 *
 * All architectures read e = embedding[x_t] [embeddingSize] and end with the softmax tied to the embedding:
 *   logits = embedding · p + outputBias, with p [embeddingSize] from the network's body.
 *
 * A recurrent body, for a token x_t:
 *   y_0 = cell_0(e)                                     [hiddenSize]
 *   y_l = y_(l-1) + cell_l(y_(l-1))   for l >= 1        residual layers
 *   p = projection · y_last (+ attention.outputKernel · a, with attention)
 *
 * Cells, with a = inputKernel · x + bias and r = recurrentKernel · h (rows grouped by gate in the order given):
 *   lstm  gates i f c o (the order of Keras): c' = σ(f) c + σ(i) tanh(c̃), h' = σ(o) tanh(c')
 *   gru   gates z r h (Keras, reset_after): h̃ = tanh(a_h + σ(r) (r_h + recurrentBias_h)), h' = σ(z) h + (1 − σ(z)) h̃
 *   rnn   h' = tanh(a + r)
 *
 * Its attention is a single head over the last {@link ATTENTION_WINDOW} outputs y, including the current one, after SHA-RNN
 * (Merity 2019, arXiv 1911.11423). A matrix makes the query; keys and values are the outputs, each times a gate. An output
 * matrix, in place of SHA-RNN's feed-forward layer, lets a retrieved output predict other tokens than the current one would:
 *   q = attention.queryKernel · y, k_j = σ(attention.keyGate) ⊙ y_j, v_j = σ(attention.valueGate) ⊙ y_j
 *   a = Σ_j softmax_j(q · k_j / √hiddenSize) v_j
 *
 * A Transformer's body (Vaswani et al. 2017, arXiv 1706.03762) of numLayers blocks, pre-norm (Xiong et al. 2020, arXiv
 * 2002.04745) with norm(x, g) = g ⊙ x / √(mean(x²) + {@link NORM_EPSILON}) (Zhang & Sennrich 2019, arXiv 1910.07467):
 *   x = √embeddingSize · e                              [embeddingSize]
 *   q, k, v = queryKeyValueKernel · norm(x, attentionNorm)          {@link ATTENTION_HEADS} heads of {@link headSize} each
 *   x += attentionOutputKernel · [Σ_j softmax_j(R_t q · R_j k_j / √headSize) v_j for each head]
 *   x += contractKernel · relu(expandKernel · norm(x, feedForwardNorm) + expandBias)² + contractBias
 *   p = norm(x, finalNorm)
 * The expandKernel has hiddenSize rows; relu(·)² is the squared rectifier (So et al. 2021, arXiv 2109.08668). R_t rotates the
 * pairs (i, i + headSize / 2) of a head by t · {@link ROTARY_BASE}^(−2i / headSize) (Su et al. 2021, arXiv 2104.09864), so that
 * scores depend on distances alone and a window of the last {@link ATTENTION_WINDOW} positions may slide.
 */
export const CELL_KINDS = ['lstm', 'gru', 'rnn'] as const;
export type CellKind = (typeof CELL_KINDS)[number];

export const ARCHITECTURES = [...CELL_KINDS, 'transformer'] as const;
export type Architecture = (typeof ARCHITECTURES)[number];

/** Positions that attention covers, including the current one. */
export const ATTENTION_WINDOW = 256;
/** Of a Transformer. */
export const ATTENTION_HEADS = 4;
export const ROTARY_BASE = 10_000;
export const NORM_EPSILON = 1e-5;

interface NetworkSizes {
  readonly vocabSize: number;
  /** Length of a token's vector; a Transformer's width. */
  readonly embeddingSize: number;
  /** Units of a recurrent layer; rows of a Transformer's expandKernel. */
  readonly hiddenSize: number;
  /** 1 to 3. */
  readonly numLayers: number;
}

export interface RecurrentConfig extends NetworkSizes {
  readonly architecture: CellKind;
  /** Whether it has the attention head over its own last outputs; false when absent. */
  readonly attention?: boolean;
}

export interface TransformerConfig extends NetworkSizes {
  readonly architecture: 'transformer';
}

export type NetworkConfig = RecurrentConfig | TransformerConfig;

/** Length of a Transformer's queries, keys and values in each head: a multiple of 8, as the kernel requires. */
export function headSize({ embeddingSize }: TransformerConfig): number {
  return 8 * Math.ceil(embeddingSize / (8 * ATTENTION_HEADS));
}

/** Radians by which the pair `pair` of a Transformer's head of `size` numbers is rotated at a position. */
export function rotaryAngle(position: number, pair: number, size: number): number {
  return position * ROTARY_BASE ** ((-2 * pair) / size);
}

/** A requested blueprint, before the vocabulary is known. */
export interface NetworkShape extends Omit<NetworkSizes, 'vocabSize'> {
  readonly architecture: Architecture;
  /** Whether a recurrent network gets its attention head; ignored for a Transformer. */
  readonly attention: boolean;
}

export function networkOfShape(shape: NetworkShape, vocabSize: number): NetworkConfig {
  const { architecture, attention, embeddingSize, hiddenSize, numLayers } = shape;
  const sizes = { vocabSize, embeddingSize, hiddenSize, numLayers };
  return architecture === 'transformer'
    ? { architecture, ...sizes }
    : { architecture, ...sizes, ...(attention ? { attention } : {}) };
}

/** Whether a network is the one that was requested, whatever its vocabulary. */
export function hasShape(config: NetworkConfig, shape: NetworkShape): boolean {
  return sameNetwork(config, networkOfShape(shape, config.vocabSize));
}

/** Whether two blueprints describe the same network. */
export function sameNetwork(a: NetworkConfig, b: NetworkConfig): boolean {
  const sizes = ['architecture', 'vocabSize', 'embeddingSize', 'hiddenSize', 'numLayers'] as const;
  return sizes.every((name) => a[name] === b[name]) && hasAttention(a) === hasAttention(b);
}

/** For messages, e.g. "lstm with attention". */
export function describeKind(config: NetworkConfig): string {
  return hasAttention(config) ? `${config.architecture} with attention` : config.architecture;
}

/** For messages, e.g. "lstm, one layer, hidden size 512, embedding size 256". */
export function describeNetwork(config: NetworkConfig): string {
  const { embeddingSize, hiddenSize, numLayers } = config;
  const kind = describeKind(config);
  // Whole clauses, as a translator finds none of a single word.
  return numLayers === 1
    ? `${kind}, one layer, hidden size ${hiddenSize}, embedding size ${embeddingSize}`
    : `${kind}, ${numLayers} layers, hidden size ${hiddenSize}, embedding size ${embeddingSize}`;
}

/** Whether a recurrent network has its attention head; false for a Transformer. */
export function hasAttention(config: NetworkConfig): boolean {
  return config.architecture !== 'transformer' && config.attention === true;
}

/** Number of row groups in a cell's kernels. */
export const GATES_PER_CELL: Readonly<Record<CellKind, number>> = { lstm: 4, gru: 3, rnn: 1 };

/** Row-major weights by tensor name; see {@link networkTensorShapes}. */
export type NetworkWeights = ReadonlyMap<string, Float32Array>;

/** Shapes of all learned tensors, [rows, columns] or [length], in a fixed order. Rows are outputs. */
export function networkTensorShapes(config: NetworkConfig): Map<string, readonly number[]> {
  const { vocabSize, embeddingSize } = config;
  const body = config.architecture === 'transformer' ? transformerShapes(config) : recurrentShapes(config);
  return new Map<string, readonly number[]>([
    ['embedding', [vocabSize, embeddingSize]],
    ...body,
    ['outputBias', [vocabSize]],
  ]);
}

function recurrentShapes(config: RecurrentConfig): [string, readonly number[]][] {
  const { architecture, embeddingSize, hiddenSize, numLayers } = config;
  const rows = GATES_PER_CELL[architecture] * hiddenSize;
  const shapes: [string, readonly number[]][] = [];
  for (let layer = 0; layer < numLayers; layer++) {
    shapes.push([`layers.${layer}.inputKernel`, [rows, layer === 0 ? embeddingSize : hiddenSize]]);
    shapes.push([`layers.${layer}.recurrentKernel`, [rows, hiddenSize]]);
    shapes.push([`layers.${layer}.bias`, [rows]]);
    if (architecture === 'gru') {
      shapes.push([`layers.${layer}.recurrentBias`, [rows]]);
    }
  }
  shapes.push(['projection', [embeddingSize, hiddenSize]]);
  if (hasAttention(config)) {
    shapes.push(['attention.queryKernel', [hiddenSize, hiddenSize]]);
    shapes.push(['attention.keyGate', [hiddenSize]]);
    shapes.push(['attention.valueGate', [hiddenSize]]);
    shapes.push(['attention.outputKernel', [embeddingSize, hiddenSize]]);
  }
  return shapes;
}

function transformerShapes(config: TransformerConfig): [string, readonly number[]][] {
  const { embeddingSize, hiddenSize, numLayers } = config;
  const attentionSize = ATTENTION_HEADS * headSize(config);
  const shapes: [string, readonly number[]][] = [];
  for (let layer = 0; layer < numLayers; layer++) {
    shapes.push([`layers.${layer}.attentionNorm`, [embeddingSize]]);
    // Rows: the queries of all heads, then their keys, then their values.
    shapes.push([`layers.${layer}.queryKeyValueKernel`, [3 * attentionSize, embeddingSize]]);
    shapes.push([`layers.${layer}.attentionOutputKernel`, [embeddingSize, attentionSize]]);
    shapes.push([`layers.${layer}.feedForwardNorm`, [embeddingSize]]);
    shapes.push([`layers.${layer}.expandKernel`, [hiddenSize, embeddingSize]]);
    shapes.push([`layers.${layer}.expandBias`, [hiddenSize]]);
    shapes.push([`layers.${layer}.contractKernel`, [embeddingSize, hiddenSize]]);
    shapes.push([`layers.${layer}.contractBias`, [embeddingSize]]);
  }
  shapes.push(['finalNorm', [embeddingSize]]);
  return shapes;
}

export function countParameters(config: NetworkConfig): number {
  let total = 0;
  for (const shape of networkTensorShapes(config).values()) {
    total += shape.reduce((product, size) => product * size, 1);
  }
  return total;
}
