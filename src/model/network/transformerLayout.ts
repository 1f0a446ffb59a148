import { padded, type KernelMemory } from '../kernel/kernelModule';
import { packMatrix, padGroups, type PackedMatrix } from '../kernel/packMatrix';
import { ATTENTION_HEADS, headSize, type TransformerConfig } from '../networkConfig';
import { MAX_SLOTS, NEVER } from './kernelRuntime';
import { quantizeWeights, type QuantizedMatrix, type StoredWeights } from './quantizedMatrix';
import { RememberedPositions } from './rememberedPositions';

export interface BlockLayout {
  readonly queryKeyValueKernel: PackedMatrix;
  readonly attentionOutputKernel: PackedMatrix;
  readonly expandKernel: PackedMatrix;
  readonly contractKernel: PackedMatrix;
  /** float [width], but the expandBias float [expandedSize] */
  readonly attentionNorm: number;
  readonly feedForwardNorm: number;
  readonly expandBias: number;
  readonly contractBias: number;
}

/** Byte offsets of a Transformer's arrays in the kernel's memory, and sizes padded as the kernel requires. */
export interface TransformerLayout {
  /** Size of the residual stream, which is the embedding's. */
  readonly width: number;
  readonly expandedSize: number;
  readonly vocabSize: number;
  readonly headSize: number;
  /** Of all heads together. */
  readonly attentionSize: number;
  readonly embedding: PackedMatrix;
  readonly blocks: readonly BlockLayout[];
  readonly finalNorm: number;
  readonly outputBias: number;
  /** float [slots, width] */
  readonly stream: number;
  readonly normed: number;
  /** float [slots, 3, attentionSize]: queries, keys, values */
  readonly made: number;
  /** float [slots, attentionSize] */
  readonly attended: number;
  /** float [slots, expandedSize] */
  readonly expanded: number;
  /** float [slots, vocabSize] */
  readonly logits: number;
  /** float [slots, headSize]: cosines, then sines of a position */
  readonly rotations: number;
  /**
   * Each holds int16 [numLayers, 2, attentionSize], the rotated keys and the values of each block, and float [numLayers, 2, heads],
   * the scales of each head's key and value.
   */
  readonly positions: RememberedPositions;
  /** Byte offset of the scales within a remembered position. */
  readonly positionScales: number;
}

/** Plans a Transformer's memory, as `layOutNetwork` does a recurrent network's. */
export function layOutTransformer(
  memory: KernelMemory,
  config: TransformerConfig,
  weights: StoredWeights,
): TransformerLayout {
  const tensors = quantizeWeights(config, weights);
  const width = padded(config.embeddingSize);
  const expandedSize = padded(config.hiddenSize);
  const vocabSize = padded(config.vocabSize);
  const attentionSize = ATTENTION_HEADS * headSize(config);
  const positionScales = 2 * config.numLayers * 2 * attentionSize;
  const positionBytes = positionScales + 4 * config.numLayers * 2 * ATTENTION_HEADS;
  const matrix = (name: string) => packMatrix(memory, tensors.get(name) as QuantizedMatrix);
  const vector = (name: string, filler = 0) =>
    memory.reserveFloats(padGroups(tensors.get(name) as Float32Array, 1, filler));
  const slots = (size: number) => memory.reserve(4 * MAX_SLOTS * size);
  return {
    width,
    expandedSize,
    vocabSize,
    headSize: headSize(config),
    attentionSize,
    embedding: matrix('embedding'),
    blocks: Array.from({ length: config.numLayers }, (_, layer) => ({
      queryKeyValueKernel: matrix(`layers.${layer}.queryKeyValueKernel`),
      attentionOutputKernel: matrix(`layers.${layer}.attentionOutputKernel`),
      expandKernel: matrix(`layers.${layer}.expandKernel`),
      contractKernel: matrix(`layers.${layer}.contractKernel`),
      attentionNorm: vector(`layers.${layer}.attentionNorm`),
      feedForwardNorm: vector(`layers.${layer}.feedForwardNorm`),
      expandBias: vector(`layers.${layer}.expandBias`),
      contractBias: vector(`layers.${layer}.contractBias`),
    })),
    finalNorm: vector('finalNorm'),
    outputBias: vector('outputBias', NEVER),
    stream: slots(width),
    normed: slots(width),
    made: slots(3 * attentionSize),
    attended: slots(attentionSize),
    expanded: slots(expandedSize),
    logits: slots(vocabSize),
    rotations: slots(headSize(config)),
    positions: new RememberedPositions(memory, Math.ceil(positionBytes / 16) * 16),
    positionScales,
  };
}
