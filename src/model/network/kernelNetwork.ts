import { KernelMemory, type KernelFunctions } from '../kernel/kernelModule';
import type { PackedMatrix } from '../kernel/packMatrix';
import { hasAttention, type NetworkConfig, type RecurrentConfig } from '../networkConfig';
import { layOutNetwork, MAX_SLOTS, type KernelLayout, type LayerLayout } from './kernelLayout';
import { checkToken, type NetworkModel } from './networkModel';
import { ReferenceNetwork } from './referenceNetwork';
import { ReferenceTransformer } from './referenceTransformer';
import type { StoredWeights } from './quantizedMatrix';
import { checkState, stateLength, type RecurrentState } from './recurrentModel';

/**
 * A network on the WebAssembly kernel: 8-bit weights, each vector of activations rounded to 16 bits, sums exact in
 * 32 bits, gates and softmax in floats. Each network has a memory of its own; nothing is allocated for a token but
 * the state that is returned.
 *
 * @param weights matrices that are not in 8 bits are rounded now
 * @param kernelBytes content of kernel.wasm
 * @throws RangeError naming a tensor that is missing or of another shape than the blueprint's; Error when the kernel
 *   cannot be loaded or the memory is not to be had
 */
export function createKernelNetwork(
  config: NetworkConfig,
  weights: StoredWeights,
  name: string,
  kernelBytes: Uint8Array,
): NetworkModel {
  if (config.architecture === 'transformer') {
    return new ReferenceTransformer(config, weights, name);
  }
  return hasAttention(config)
    ? new ReferenceNetwork(config, weights, name)
    : new KernelNetwork(config, weights, name, kernelBytes);
}

class KernelNetwork implements NetworkModel<RecurrentState> {
  readonly vocabSize: number;
  private readonly layout: KernelLayout;
  /** The kernel's functions and all of its memory; null once disposed of. */
  private kernel: { readonly functions: KernelFunctions; readonly floats: Float32Array } | null;

  constructor(
    readonly config: RecurrentConfig,
    weights: StoredWeights,
    readonly name: string,
    kernelBytes: Uint8Array,
  ) {
    const memory = new KernelMemory();
    this.vocabSize = config.vocabSize;
    this.layout = layOutNetwork(memory, config, weights);
    const { functions, buffer } = memory.instantiate(kernelBytes);
    this.kernel = { functions, floats: new Float32Array(buffer) };
  }

  start(): RecurrentState {
    return { values: new Float32Array(stateLength(this.config)), memory: [] };
  }

  next(state: RecurrentState, tokenId: number): RecurrentState {
    return this.nextMany([state], [tokenId])[0];
  }

  nextMany(states: readonly RecurrentState[], tokenIds: ArrayLike<number>): RecurrentState[] {
    const results: RecurrentState[] = [];
    for (let begin = 0; begin < states.length; begin += MAX_SLOTS) {
      const count = Math.min(MAX_SLOTS, states.length - begin);
      this.loadStates(states, begin, count);
      this.loadEmbeddings(tokenIds, begin, count);
      const parents = distinctStates(states, begin, count);
      for (const [index, layer] of this.layout.layers.entries()) {
        this.stepLayer(layer, index, parents);
      }
      for (let slot = 0; slot < count; slot++) {
        results.push(this.storedState(slot));
      }
    }
    return results;
  }

  predict(state: RecurrentState, probs: Float32Array): void {
    this.predictMany([state], [probs]);
  }

  predictMany(states: readonly RecurrentState[], probs: readonly Float32Array[]): void {
    const { hiddenSize, embeddingSize, vocabSize, projection, embedding, output, projected, logits } =
      this.layout;
    for (let begin = 0; begin < states.length; begin += MAX_SLOTS) {
      const count = Math.min(MAX_SLOTS, states.length - begin);
      this.loadStates(states, begin, count);
      for (let layer = 0; layer < this.config.numLayers; layer++) {
        this.addToOutput(layer, count);
      }
      this.floats.fill(0, projected / 4, projected / 4 + count * embeddingSize);
      this.quantizeAll(output, hiddenSize, projection, count);
      this.multiplyAdd(projection, projected, count);
      this.fill(logits, this.layout.outputBias, vocabSize, count);
      this.quantizeAll(projected, embeddingSize, embedding, count);
      this.multiplyAdd(embedding, logits, count);
      for (let slot = 0; slot < count; slot++) {
        const at = logits + 4 * slot * vocabSize;
        this.functions.softmax(at, vocabSize);
        probs[begin + slot].set(this.floats.subarray(at / 4, at / 4 + this.vocabSize));
      }
    }
  }

  dispose(): void {
    this.kernel = null;
  }

  private get functions(): KernelFunctions {
    return this.runningKernel().functions;
  }

  private get floats(): Float32Array {
    return this.runningKernel().floats;
  }

  private runningKernel(): NonNullable<KernelNetwork['kernel']> {
    if (!this.kernel) {
      throw new Error(`The network "${this.name}" has been disposed of.`);
    }
    return this.kernel;
  }

  /** One layer's step for all slots; its input lies quantised in `vectors`. Afterwards the next layer's does. */
  private stepLayer(layer: LayerLayout, index: number, { slots, indexOfSlot }: DistinctStates): void {
    const { hiddenSize, gates, input, recurrent, output } = this.layout;
    const count = indexOfSlot.length;
    this.fill(input, layer.inputBias, gates * hiddenSize, count);
    this.multiplyAdd(layer.inputKernel, input, count);
    this.fill(recurrent, layer.recurrentBias, gates * hiddenSize, slots.length);
    slots.forEach((slot, i) => {
      this.quantize(this.hiddenAt(slot, index), hiddenSize, layer.recurrentKernel, i);
    });
    this.multiplyAdd(layer.recurrentKernel, recurrent, slots.length);
    for (let slot = 0; slot < count; slot++) {
      this.stepCell(slot, index, indexOfSlot[slot]);
    }
    if (index + 1 < this.layout.layers.length) {
      this.addToOutput(index, count);
      this.quantizeAll(output, hiddenSize, this.layout.layers[index + 1].inputKernel, count);
    }
  }

  private stepCell(slot: number, layer: number, recurrentIndex: number): void {
    const { hiddenSize, gates } = this.layout;
    const input = this.layout.input + 4 * slot * gates * hiddenSize;
    const recurrent = this.layout.recurrent + 4 * recurrentIndex * gates * hiddenSize;
    const hidden = this.hiddenAt(slot, layer);
    switch (this.config.architecture) {
      case 'lstm':
        this.functions.lstmStep(input, recurrent, hidden, hidden + 4 * hiddenSize, hiddenSize);
        break;
      case 'gru':
        this.functions.gruStep(input, recurrent, hidden, hiddenSize);
        break;
      case 'rnn':
        this.functions.rnnStep(input, recurrent, hidden, hiddenSize);
        break;
    }
  }

  /** output = hidden of the first layer, += hidden of a further one. */
  private addToOutput(layer: number, count: number): void {
    const { hiddenSize, output } = this.layout;
    for (let slot = 0; slot < count; slot++) {
      const target = output + 4 * slot * hiddenSize;
      const hidden = this.hiddenAt(slot, layer);
      if (layer === 0) {
        this.floats.copyWithin(target / 4, hidden / 4, hidden / 4 + hiddenSize);
      } else {
        this.functions.addTo(target, hidden, hiddenSize);
      }
    }
  }

  /** The embeddings are 8-bit rows already: widened, they are exact activations. */
  private loadEmbeddings(tokenIds: ArrayLike<number>, begin: number, count: number): void {
    const { embedding, vectors, vectorScales } = this.layout;
    for (let slot = 0; slot < count; slot++) {
      const tokenId = tokenIds[begin + slot];
      checkToken(this.config, tokenId);
      this.functions.unpackRow(
        embedding.weights,
        embedding.pairs,
        tokenId,
        vectors + 4 * slot * embedding.pairs,
      );
      this.floats[vectorScales / 4 + slot] = this.floats[embedding.scales / 4 + tokenId];
    }
  }

  /** Rounds the floats [count, length] to what `matrix` is multiplied with. */
  private quantizeAll(source: number, length: number, matrix: PackedMatrix, count: number): void {
    for (let i = 0; i < count; i++) {
      this.quantize(source + 4 * i * length, length, matrix, i);
    }
  }

  private quantize(source: number, length: number, { limit }: PackedMatrix, index: number): void {
    const { vectors, vectorScales } = this.layout;
    const scale = this.functions.quantize(source, length, limit, vectors + 2 * index * length);
    this.floats[vectorScales / 4 + index] = scale;
  }

  private multiplyAdd({ weights, scales, panels, pairs }: PackedMatrix, out: number, count: number): void {
    const { vectors, vectorScales } = this.layout;
    this.functions.multiplyAdd(weights, scales, panels, pairs, vectors, vectorScales, count, out);
  }

  /** Starts each slot of `target` with the same floats. */
  private fill(target: number, source: number, length: number, count: number): void {
    for (let slot = 0; slot < count; slot++) {
      this.floats.copyWithin(target / 4 + slot * length, source / 4, source / 4 + length);
    }
  }

  private hiddenAt(slot: number, layer: number): number {
    const { states, stateParts, hiddenSize } = this.layout;
    return states + 4 * (slot * this.config.numLayers + layer) * stateParts * hiddenSize;
  }

  private loadStates(states: readonly RecurrentState[], begin: number, count: number): void {
    for (let slot = 0; slot < count; slot++) {
      const { values } = states[begin + slot];
      checkState(this.config, values);
      this.eachStatePart(slot, (from, to, at) => {
        this.floats.set(values.subarray(from, to), at);
      });
    }
  }

  private storedState(slot: number): RecurrentState {
    const values = new Float32Array(stateLength(this.config));
    this.eachStatePart(slot, (from, to, at) => {
      values.set(this.floats.subarray(at, at + to - from), from);
    });
    return { values, memory: [] };
  }

  /** Pairs each vector [hiddenSize] of a state value with where it lies, padded, in the kernel's floats. */
  private eachStatePart(slot: number, visit: (from: number, to: number, at: number) => void): void {
    const size = this.config.hiddenSize;
    const at = this.hiddenAt(slot, 0) / 4;
    for (let part = 0; part < this.config.numLayers * this.layout.stateParts; part++) {
      visit(part * size, (part + 1) * size, at + part * this.layout.hiddenSize);
    }
  }
}

interface DistinctStates {
  /** The first slot with each state. */
  readonly slots: readonly number[];
  /** For each slot, which of these states it has. */
  readonly indexOfSlot: readonly number[];
}

/** Beams often continue one state with several tokens; what depends on the state alone is then computed once. */
function distinctStates(states: readonly RecurrentState[], begin: number, count: number): DistinctStates {
  const slots: number[] = [];
  const indexOfSlot: number[] = [];
  for (let slot = 0; slot < count; slot++) {
    const { values } = states[begin + slot];
    const index = slots.findIndex((other) => states[begin + other].values === values);
    indexOfSlot.push(index < 0 ? slots.push(slot) - 1 : index);
  }
  return { slots, indexOfSlot };
}
