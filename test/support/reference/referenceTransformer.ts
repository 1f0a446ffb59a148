import {
  ATTENTION_HEADS,
  ATTENTION_WINDOW,
  headSize,
  type TransformerConfig,
} from '../../../src/model/networkConfig';
import type { Expert } from '../../../src/model/expert';
import { checkToken } from '../../../src/model/languageModel';
import { affine, attend, floatsOf, rmsNorm, rotate, softmax, sum } from './plainMath';
import type { StoredWeights } from '../../../src/model/network/quantizedMatrix';
import { OneByOne } from '../../../src/model/oneByOne';

/** Keys and values of one position in all blocks, float [numLayers, heads, headSize] each; the keys are rotated already. */
interface RememberedPosition {
  readonly keys: Float32Array;
  readonly values: Float32Array;
}

/** What a Transformer remembers of one sequence; an immutable value. */
export interface TransformerState {
  /** Position of the next token, from 0. */
  readonly position: number;
  /** The last positions, at most ATTENTION_WINDOW, the latest last; states share them. */
  readonly memory: readonly RememberedPosition[];
  /** Output of the last block at the last position, [embeddingSize]; zeros before the first. */
  readonly output: Float32Array;
}

interface Block {
  readonly attentionNorm: Float32Array;
  readonly queryKeyValueKernel: Float32Array;
  readonly attentionOutputKernel: Float32Array;
  readonly feedForwardNorm: Float32Array;
  readonly expandKernel: Float32Array;
  readonly expandBias: Float32Array;
  readonly contractKernel: Float32Array;
  readonly contractBias: Float32Array;
}

/** The counterpart of {@link ReferenceNetwork} for Transformers. */
export class ReferenceTransformer extends OneByOne<TransformerState> implements Expert<TransformerState> {
  readonly vocabSize: number;
  /** [vocabSize, embeddingSize] */
  private readonly embedding: Float32Array;
  private readonly blocks: readonly Block[];
  private readonly finalNorm: Float32Array;
  private readonly outputBias: Float32Array;

  constructor(
    readonly config: TransformerConfig,
    weights: StoredWeights,
    readonly name: string,
  ) {
    super();
    const matrix = (name: string) => floatsOf(weights.get(name)!);
    const vector = (name: string) => weights.get(name) as Float32Array;
    this.vocabSize = config.vocabSize;
    this.embedding = matrix('embedding');
    this.blocks = Array.from({ length: config.numLayers }, (_, layer) => ({
      attentionNorm: vector(`layers.${layer}.attentionNorm`),
      queryKeyValueKernel: matrix(`layers.${layer}.queryKeyValueKernel`),
      attentionOutputKernel: matrix(`layers.${layer}.attentionOutputKernel`),
      feedForwardNorm: vector(`layers.${layer}.feedForwardNorm`),
      expandKernel: matrix(`layers.${layer}.expandKernel`),
      expandBias: vector(`layers.${layer}.expandBias`),
      contractKernel: matrix(`layers.${layer}.contractKernel`),
      contractBias: vector(`layers.${layer}.contractBias`),
    }));
    this.finalNorm = vector('finalNorm');
    this.outputBias = vector('outputBias');
  }

  start(): TransformerState {
    return { position: 0, memory: [], output: new Float32Array(this.config.embeddingSize) };
  }

  next(state: TransformerState, tokenId: number): TransformerState {
    checkToken(tokenId, this.vocabSize);
    const { embeddingSize, numLayers } = this.config;
    const size = headSize(this.config);
    const attentionSize = ATTENTION_HEADS * size;
    const { position } = state;
    const own = {
      keys: new Float32Array(numLayers * attentionSize),
      values: new Float32Array(numLayers * attentionSize),
    };
    const memory = [...state.memory.slice(1 - ATTENTION_WINDOW), own];
    let stream: Float32Array = this.embedding
      .subarray(tokenId * embeddingSize, (tokenId + 1) * embeddingSize)
      .map((value) => Math.sqrt(embeddingSize) * value);
    for (const [layer, block] of this.blocks.entries()) {
      const made = affine(block.queryKeyValueKernel, rmsNorm(stream, block.attentionNorm));
      const attended = new Float32Array(attentionSize);
      for (let head = 0; head < ATTENTION_HEADS; head++) {
        const at = head * size;
        const part = (which: number) =>
          made.subarray(which * attentionSize + at, which * attentionSize + at + size);
        const from = layer * attentionSize + at;
        own.keys.set(rotate(part(1), position), from);
        own.values.set(part(2), from);
        const remembered = (which: 'keys' | 'values') =>
          memory.map((entry) => entry[which].subarray(from, from + size));
        attended.set(attend(rotate(part(0), position), remembered('keys'), remembered('values')), at);
      }
      stream = sum(stream, affine(block.attentionOutputKernel, attended));
      const normed = rmsNorm(stream, block.feedForwardNorm);
      const expanded = affine(block.expandKernel, normed, block.expandBias).map((x) => Math.max(x, 0) ** 2);
      stream = sum(stream, affine(block.contractKernel, expanded, block.contractBias));
    }
    return { position: position + 1, memory, output: stream };
  }

  predict(state: TransformerState, probs: Float32Array): void {
    softmax(affine(this.embedding, rmsNorm(state.output, this.finalNorm), this.outputBias), probs);
  }

  dispose(): void {
    // Nothing outside the garbage collector's reach is held.
  }
}
