import {
  ATTENTION_WINDOW,
  GATES_PER_CELL,
  hasAttention,
  type RecurrentConfig,
} from '../../../src/model/networkConfig';
import { CELL_STEPS } from './cells';
import type { Expert } from '../../../src/model/expert';
import { checkToken } from '../../../src/model/languageModel';
import { affine, attend, floatsOf, sigmoid, softmax, sum } from './plainMath';
import type { StoredWeights } from '../../../src/model/network/quantizedMatrix';
import { OneByOne } from '../../../src/model/oneByOne';

interface Layer {
  /** [gates · hiddenSize, embeddingSize] in the first layer, else [gates · hiddenSize, hiddenSize] */
  readonly inputKernel: Float32Array;
  /** [gates · hiddenSize, hiddenSize] */
  readonly recurrentKernel: Float32Array;
  /** [gates · hiddenSize] */
  readonly bias: Float32Array;
  /** [gates · hiddenSize]; zeros unless the cell is a GRU. */
  readonly recurrentBias: Float32Array;
}

interface AttentionHead {
  /** [hiddenSize, hiddenSize] */
  readonly queryKernel: Float32Array;
  /** [hiddenSize], after the sigmoid. */
  readonly keyGate: Float32Array;
  readonly valueGate: Float32Array;
  /** [embeddingSize, hiddenSize] */
  readonly outputKernel: Float32Array;
}

interface State {
  /** [numLayers, stateSize]: for each layer the hidden state [hiddenSize], then for an LSTM its cell state [hiddenSize]. */
  readonly values: Float32Array;
  /** With attention: the last outputs, at most ATTENTION_WINDOW, the current one last. Without: empty. */
  readonly memory: readonly Float32Array[];
}

/** Of one layer. */
const stateSizeOf = ({ architecture, hiddenSize }: RecurrentConfig): number =>
  architecture === 'lstm' ? 2 * hiddenSize : hiddenSize;

/**
 * The recurrent network in plain TypeScript with 32-bit floats, one loop per formula: the reference that the kernel is tested
 * against.
 */
export class ReferenceNetwork extends OneByOne<State> implements Expert<State> {
  readonly vocabSize: number;
  /** [vocabSize, embeddingSize] */
  private readonly embedding: Float32Array;
  private readonly layers: readonly Layer[];
  /** [embeddingSize, hiddenSize] */
  private readonly projection: Float32Array;
  private readonly attention: AttentionHead | null;
  /** [vocabSize] */
  private readonly outputBias: Float32Array;

  constructor(
    readonly config: RecurrentConfig,
    weights: StoredWeights,
    readonly name: string,
  ) {
    super();
    const matrix = (name: string) => floatsOf(weights.get(name)!);
    const vector = (name: string) => weights.get(name) as Float32Array;
    const rows = GATES_PER_CELL[config.architecture] * config.hiddenSize;
    this.vocabSize = config.vocabSize;
    this.embedding = matrix('embedding');
    this.layers = Array.from({ length: config.numLayers }, (_, layer) => ({
      inputKernel: matrix(`layers.${layer}.inputKernel`),
      recurrentKernel: matrix(`layers.${layer}.recurrentKernel`),
      bias: vector(`layers.${layer}.bias`),
      recurrentBias:
        config.architecture === 'gru' ? vector(`layers.${layer}.recurrentBias`) : new Float32Array(rows),
    }));
    this.projection = matrix('projection');
    this.attention = hasAttention(config)
      ? {
          queryKernel: matrix('attention.queryKernel'),
          keyGate: vector('attention.keyGate').map(sigmoid),
          valueGate: vector('attention.valueGate').map(sigmoid),
          outputKernel: matrix('attention.outputKernel'),
        }
      : null;
    this.outputBias = vector('outputBias');
  }

  start(): State {
    return { values: new Float32Array(this.config.numLayers * stateSizeOf(this.config)), memory: [] };
  }

  next(state: State, tokenId: number): State {
    checkToken(tokenId, this.vocabSize);
    const { architecture, embeddingSize, hiddenSize } = this.config;
    const step = CELL_STEPS[architecture];
    const stateSize = stateSizeOf(this.config);
    const values = new Float32Array(state.values.length);
    // The running sum over the residual layers; the first layer has no residual.
    let output = this.embedding.subarray(tokenId * embeddingSize, (tokenId + 1) * embeddingSize);
    for (const [index, layer] of this.layers.entries()) {
      const before = state.values.subarray(index * stateSize, (index + 1) * stateSize);
      const after = values.subarray(index * stateSize, (index + 1) * stateSize);
      const hidden = before.subarray(0, hiddenSize);
      const input = affine(layer.inputKernel, output, layer.bias);
      const recurrent = affine(layer.recurrentKernel, hidden, layer.recurrentBias);
      step(input, recurrent, before, after, hiddenSize);
      const nextHidden = after.subarray(0, hiddenSize);
      output = index === 0 ? nextHidden : sum(output, nextHidden);
    }
    const memory = this.attention === null ? [] : [...state.memory.slice(1 - ATTENTION_WINDOW), output];
    return { values, memory };
  }

  predict(state: State, probs: Float32Array): void {
    const { hiddenSize, numLayers } = this.config;
    const stateSize = stateSizeOf(this.config);
    let output: Float32Array = new Float32Array(hiddenSize);
    for (let layer = 0; layer < numLayers; layer++) {
      output = sum(output, state.values.subarray(layer * stateSize, layer * stateSize + hiddenSize));
    }
    const projected = affine(this.projection, output);
    const found = this.attention === null ? null : lookBack(this.attention, output, state.memory);
    const logits = affine(
      this.embedding,
      found === null ? projected : sum(projected, found),
      this.outputBias,
    );
    softmax(logits, probs);
  }

  dispose(): void {
    // Nothing outside the garbage collector's reach is held.
  }
}

/** What the head adds to the projection, [embeddingSize]. */
function lookBack(head: AttentionHead, output: Float32Array, memory: readonly Float32Array[]): Float32Array {
  const gated = (gate: Float32Array) =>
    memory.map((remembered) => remembered.map((value, i) => gate[i] * value));
  const query = affine(head.queryKernel, output);
  return affine(head.outputKernel, attend(query, gated(head.keyGate), gated(head.valueGate)));
}
