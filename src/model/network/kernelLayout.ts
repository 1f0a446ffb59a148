import { KernelMemory, padded } from '../kernel/kernelModule';
import { packMatrix, padGroups, type PackedMatrix } from '../kernel/packMatrix';
import { GATES_PER_CELL, hasAttention, type RecurrentConfig } from '../networkConfig';
import { MAX_SLOTS, NEVER } from './kernelRuntime';
import { quantizeWeights, type QuantizedMatrix, type StoredWeights } from './quantizedMatrix';
import { RememberedPositions } from './rememberedPositions';

export interface LayerLayout {
  readonly inputKernel: PackedMatrix;
  readonly recurrentKernel: PackedMatrix;
  /** float [gates, hiddenSize]; the recurrent one is zero unless the cell is a GRU. */
  readonly inputBias: number;
  readonly recurrentBias: number;
}

/** Byte offsets of a network's arrays in the kernel's memory, and sizes padded as the kernel requires. */
export interface KernelLayout {
  readonly hiddenSize: number;
  readonly embeddingSize: number;
  readonly vocabSize: number;
  readonly gates: number;
  /** Vectors [hiddenSize] that a layer's state holds: hidden and, for an LSTM, cell. */
  readonly stateParts: number;
  readonly embedding: PackedMatrix;
  readonly layers: readonly LayerLayout[];
  readonly projection: PackedMatrix;
  /** float [vocabSize] */
  readonly outputBias: number;
  /** float [slots, numLayers, stateParts, hiddenSize] */
  readonly states: number;
  /** The products of a layer with their biases, float [slots, gates, hiddenSize]. */
  readonly input: number;
  readonly recurrent: number;
  /** float [slots, hiddenSize], the sum of the residual layers so far */
  readonly output: number;
  /** float [slots, embeddingSize] */
  readonly projected: number;
  /** float [slots, vocabSize] */
  readonly logits: number;
  /** Null without attention. */
  readonly attention: AttentionLayout | null;
}

/** The attention head over the last outputs; a remembered position is an output, int16 [hiddenSize], and its scale, a float. */
export interface AttentionLayout {
  readonly queryKernel: PackedMatrix;
  readonly outputKernel: PackedMatrix;
  /** float [hiddenSize], after the sigmoid. Applied to the query instead of each key, and to the weighted sum instead of each value. */
  readonly keyGate: number;
  readonly valueGate: number;
  /** float [slots, hiddenSize] */
  readonly query: number;
  readonly found: number;
  readonly positions: RememberedPositions;
}

/**
 * Plans a network's memory: its weights, packed, and scratch for {@link MAX_SLOTS} sequences.
 * @param weights all tensors of the blueprint
 */
export function layOutNetwork(
  memory: KernelMemory,
  config: RecurrentConfig,
  weights: StoredWeights,
): KernelLayout {
  const tensors = quantizeWeights(config, weights);
  const gates = GATES_PER_CELL[config.architecture];
  const stateParts = config.architecture === 'lstm' ? 2 : 1;
  const hiddenSize = padded(config.hiddenSize);
  const embeddingSize = padded(config.embeddingSize);
  const vocabSize = padded(config.vocabSize);
  const matrix = (name: string, groups = 1) =>
    packMatrix(memory, tensors.get(name) as QuantizedMatrix, groups);
  const floats = (name: string) => tensors.get(name) as Float32Array;
  const vector = (name: string, groups = 1, filler = 0) =>
    memory.reserveFloats(padGroups(floats(name), groups, filler));
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
  const gate = (name: string) => memory.reserveFloats(padGroups(floats(name).map(sigmoid), 1));
  const slots = (size: number) => memory.reserve(4 * MAX_SLOTS * size);
  return {
    hiddenSize,
    embeddingSize,
    vocabSize,
    gates,
    stateParts,
    embedding: matrix('embedding'),
    layers: Array.from({ length: config.numLayers }, (_, layer) => ({
      inputKernel: matrix(`layers.${layer}.inputKernel`, gates),
      recurrentKernel: matrix(`layers.${layer}.recurrentKernel`, gates),
      inputBias: vector(`layers.${layer}.bias`, gates),
      recurrentBias:
        config.architecture === 'gru'
          ? vector(`layers.${layer}.recurrentBias`, gates)
          : memory.reserve(4 * gates * hiddenSize),
    })),
    projection: matrix('projection'),
    outputBias: vector('outputBias', 1, NEVER),
    states: slots(config.numLayers * stateParts * hiddenSize),
    input: slots(gates * hiddenSize),
    recurrent: slots(gates * hiddenSize),
    output: slots(hiddenSize),
    projected: slots(embeddingSize),
    logits: slots(vocabSize),
    attention: hasAttention(config)
      ? {
          queryKernel: matrix('attention.queryKernel'),
          outputKernel: matrix('attention.outputKernel'),
          keyGate: gate('attention.keyGate'),
          valueGate: gate('attention.valueGate'),
          query: slots(hiddenSize),
          found: slots(hiddenSize),
          positions: new RememberedPositions(memory, 2 * hiddenSize + 16),
        }
      : null,
  };
}
