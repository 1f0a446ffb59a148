import { GATES_PER_CELL, type NetworkConfig } from '../networkConfig';
import { CELL_STEPS } from './cells';
import { NetworkTensors } from './networkTensors';
import type { StoredWeights } from './quantizedMatrix';
import {
  checkState,
  checkToken,
  stateLength,
  stateSizePerLayer,
  type RecurrentModel,
  type RecurrentState,
} from './recurrentModel';

interface Layer {
  /** Columns of the input kernel: embeddingSize for the first layer, else hiddenSize. */
  readonly inputSize: number;
  /** [gates · hiddenSize, inputSize] */
  readonly inputKernel: Float32Array;
  /** [gates · hiddenSize, hiddenSize] */
  readonly recurrentKernel: Float32Array;
  /** [gates · hiddenSize] */
  readonly bias: Float32Array;
  /** [gates · hiddenSize]; zeros unless the cell is a GRU. */
  readonly recurrentBias: Float32Array;
}

/**
 * The network in plain TypeScript with 32-bit floats, one loop a formula: the measure that the kernel is tested
 * against, and the fallback where the kernel cannot load. Many times slower than the kernel.
 */
export class ReferenceNetwork implements RecurrentModel {
  readonly vocabSize: number;
  /** [vocabSize, embeddingSize] */
  private readonly embedding: Float32Array;
  private readonly layers: readonly Layer[];
  /** [embeddingSize, hiddenSize] */
  private readonly projection: Float32Array;
  /** [vocabSize] */
  private readonly outputBias: Float32Array;

  /** A RangeError names a tensor that is missing or of another shape than the blueprint's. */
  constructor(
    readonly config: NetworkConfig,
    weights: StoredWeights,
    readonly name: string,
  ) {
    const tensors = new NetworkTensors(config, weights);
    const rows = GATES_PER_CELL[config.architecture] * config.hiddenSize;
    this.vocabSize = config.vocabSize;
    this.embedding = tensors.matrix('embedding');
    this.layers = Array.from({ length: config.numLayers }, (_, layer) => ({
      inputSize: layer === 0 ? config.embeddingSize : config.hiddenSize,
      inputKernel: tensors.matrix(`layers.${layer}.inputKernel`),
      recurrentKernel: tensors.matrix(`layers.${layer}.recurrentKernel`),
      bias: tensors.vector(`layers.${layer}.bias`),
      recurrentBias:
        config.architecture === 'gru'
          ? tensors.vector(`layers.${layer}.recurrentBias`)
          : new Float32Array(rows),
    }));
    this.projection = tensors.matrix('projection');
    this.outputBias = tensors.vector('outputBias');
  }

  start(): RecurrentState {
    return { values: new Float32Array(stateLength(this.config)) };
  }

  next(state: RecurrentState, tokenId: number): RecurrentState {
    checkState(this.config, state.values);
    checkToken(this.config, tokenId);
    const { architecture, embeddingSize, hiddenSize } = this.config;
    const step = CELL_STEPS[architecture];
    const stateSize = stateSizePerLayer(this.config);
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
    return { values };
  }

  nextMany(states: readonly RecurrentState[], tokenIds: ArrayLike<number>): RecurrentState[] {
    return states.map((state, i) => this.next(state, tokenIds[i]));
  }

  predict(state: RecurrentState, probs: Float32Array): void {
    checkState(this.config, state.values);
    const { hiddenSize, embeddingSize, numLayers } = this.config;
    const stateSize = stateSizePerLayer(this.config);
    let output = new Float32Array(hiddenSize);
    for (let layer = 0; layer < numLayers; layer++) {
      output = sum(output, state.values.subarray(layer * stateSize, layer * stateSize + hiddenSize));
    }
    const projected = affine(this.projection, output, new Float32Array(embeddingSize));
    const logits = affine(this.embedding, projected, this.outputBias);
    softmax(logits, probs);
  }

  predictMany(states: readonly RecurrentState[], probs: readonly Float32Array[]): void {
    for (const [i, state] of states.entries()) {
      this.predict(state, probs[i]);
    }
  }

  dispose(): void {
    // Nothing outside the garbage collector's reach is held.
  }
}

/** matrix [bias.length, vector.length] · vector + bias */
function affine(matrix: Float32Array, vector: Float32Array, bias: Float32Array): Float32Array {
  const columns = vector.length;
  const result = new Float32Array(bias.length);
  for (let row = 0, i = 0; row < bias.length; row++) {
    let total = bias[row];
    for (let column = 0; column < columns; column++, i++) {
      total += matrix[i] * vector[column];
    }
    result[row] = total;
  }
  return result;
}

function sum(a: Float32Array, b: Float32Array): Float32Array<ArrayBuffer> {
  return a.map((value, i) => value + b[i]);
}

/** exp(logits − max) divided by its sum, so that it neither overflows nor divides by zero. */
function softmax(logits: Float32Array, probs: Float32Array): void {
  const largest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  let total = 0;
  for (let i = 0; i < logits.length; i++) {
    const weight = Math.exp(logits[i] - largest);
    probs[i] = weight;
    total += weight;
  }
  for (let i = 0; i < logits.length; i++) {
    probs[i] /= total;
  }
}
