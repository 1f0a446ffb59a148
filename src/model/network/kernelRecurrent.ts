import type { Expert } from '../expert';
import { KernelMemory } from '../kernel/kernelModule';
import { checkToken } from '../languageModel';
import { ATTENTION_WINDOW, type RecurrentConfig } from '../networkConfig';
import { layOutNetwork, type AttentionLayout, type KernelLayout, type LayerLayout } from './kernelLayout';
import { INT16_LIMIT, KernelRuntime, MAX_SLOTS } from './kernelRuntime';
import type { StoredWeights } from './quantizedMatrix';
import type { RememberedPosition } from './rememberedPositions';

/** What the kernel's recurrent network remembers of one sequence; an immutable value. */
interface State {
  /** float [numLayers, stateParts, hiddenSize], padded: of each layer the hidden state and, for an LSTM, the cell state. */
  readonly values: Float32Array;
  /** With attention: the last outputs, at most ATTENTION_WINDOW, the current one last; states share them. Without: empty. */
  readonly memory: readonly RememberedPosition[];
}

/** A recurrent network on the kernel. */
export class KernelRecurrent implements Expert<State> {
  readonly vocabSize: number;
  private readonly layout: KernelLayout;
  private readonly runtime: KernelRuntime;
  /** Of {@link State.values}. */
  private readonly stateLength: number;

  constructor(
    private readonly config: RecurrentConfig,
    weights: StoredWeights,
    readonly name: string,
    kernelBytes: Uint8Array,
  ) {
    const memory = new KernelMemory();
    this.vocabSize = config.vocabSize;
    this.layout = layOutNetwork(memory, config, weights);
    this.stateLength = config.numLayers * this.layout.stateParts * this.layout.hiddenSize;
    const longest = Math.max(this.layout.hiddenSize, this.layout.embeddingSize);
    this.runtime = new KernelRuntime(memory, kernelBytes, longest, name);
  }

  start(): State {
    return { values: new Float32Array(this.stateLength), memory: [] };
  }

  next(state: State, tokenId: number): State {
    return this.nextMany([state], [tokenId])[0];
  }

  nextMany(states: readonly State[], tokenIds: ArrayLike<number>): State[] {
    const results: State[] = [];
    for (let begin = 0; begin < states.length; begin += MAX_SLOTS) {
      const count = Math.min(MAX_SLOTS, states.length - begin);
      this.loadStates(states, begin, count);
      for (let slot = 0; slot < count; slot++) {
        checkToken(tokenIds[begin + slot], this.vocabSize);
        this.runtime.takeRow(this.layout.embedding, tokenIds[begin + slot], slot);
      }
      const parents = distinctStates(states, begin, count);
      for (const [index, layer] of this.layout.layers.entries()) {
        this.stepLayer(layer, index, parents);
      }
      this.layout.attention?.positions.beginPass();
      for (let slot = 0; slot < count; slot++) {
        results.push({
          values: this.valuesOf(slot),
          memory: this.remembered(states[begin + slot], slot),
        });
      }
    }
    return results;
  }

  predict(state: State, probs: Float32Array): void {
    this.predictMany([state], [probs]);
  }

  predictMany(states: readonly State[], probs: readonly Float32Array[]): void {
    const { runtime } = this;
    const { hiddenSize, embeddingSize, vocabSize, projection, embedding, output, projected, logits } =
      this.layout;
    for (let begin = 0; begin < states.length; begin += MAX_SLOTS) {
      const count = Math.min(MAX_SLOTS, states.length - begin);
      this.loadStates(states, begin, count);
      for (let layer = 0; layer < this.config.numLayers; layer++) {
        this.addToOutput(layer, count);
      }
      runtime.clear(projected, count * embeddingSize);
      runtime.quantizeAll(output, hiddenSize, projection, count);
      runtime.multiplyAdd(projection, projected, count);
      if (this.layout.attention) {
        this.lookBack(this.layout.attention, states.slice(begin, begin + count));
      }
      runtime.fill(logits, this.layout.outputBias, vocabSize, count);
      runtime.quantizeAll(projected, embeddingSize, embedding, count);
      runtime.multiplyAdd(embedding, logits, count);
      runtime.softmax(logits, vocabSize, probs.slice(begin, begin + count));
    }
  }

  dispose(): void {
    this.runtime.dispose();
  }

  /** Adds the result of the attention head for the outputs in `output` to `projected`. */
  private lookBack(attention: AttentionLayout, states: readonly State[]): void {
    const { runtime } = this;
    const { hiddenSize, output, projected } = this.layout;
    const { queryKernel, outputKernel, keyGate, valueGate, query, found, positions } = attention;
    const count = states.length;
    runtime.clear(query, count * hiddenSize);
    runtime.quantizeAll(output, hiddenSize, queryKernel, count);
    runtime.multiplyAdd(queryKernel, query, count);
    positions.beginPass();
    for (const [slot, { memory }] of states.entries()) {
      const at = 4 * slot * hiddenSize;
      if (memory.length === 0) {
        runtime.clear(found + at, hiddenSize);
        continue;
      }
      runtime.functions.multiplyBy(query + at, keyGate, hiddenSize);
      runtime.functions.attend(
        query + at,
        1 / Math.sqrt(this.config.hiddenSize),
        positions.list(runtime, slot, memory),
        memory.length,
        0,
        2 * hiddenSize,
        0,
        2 * hiddenSize,
        hiddenSize,
        positions.scores,
        found + at,
      );
      runtime.functions.multiplyBy(found + at, valueGate, hiddenSize);
    }
    runtime.quantizeAll(found, hiddenSize, outputKernel, count);
    runtime.multiplyAdd(outputKernel, projected, count);
  }

  /** The memory of a slot's next state: that of the state before, and its own output. */
  private remembered({ memory }: State, slot: number): readonly RememberedPosition[] {
    const { attention, hiddenSize, output } = this.layout;
    if (attention === null) {
      return memory;
    }
    const { positions } = attention;
    const { runtime } = this;
    const at = positions.reserve();
    const unit = runtime.functions.quantize(output + 4 * slot * hiddenSize, hiddenSize, INT16_LIMIT, at);
    runtime.floats[at / 4 + hiddenSize / 2] = unit;
    return [...memory.slice(1 - ATTENTION_WINDOW), positions.keep(runtime, at)];
  }

  /** One layer's step for all slots. It takes its input from the quantised `vectors`, and leaves the next layer's input there. */
  private stepLayer(layer: LayerLayout, index: number, { slots, indexOfSlot }: DistinctStates): void {
    const { hiddenSize, gates, input, recurrent, output } = this.layout;
    const count = indexOfSlot.length;
    this.runtime.fill(input, layer.inputBias, gates * hiddenSize, count);
    this.runtime.multiplyAdd(layer.inputKernel, input, count);
    this.runtime.fill(recurrent, layer.recurrentBias, gates * hiddenSize, slots.length);
    slots.forEach((slot, i) => {
      this.runtime.quantize(this.hiddenAt(slot, index), hiddenSize, layer.recurrentKernel, i);
    });
    this.runtime.multiplyAdd(layer.recurrentKernel, recurrent, slots.length);
    for (let slot = 0; slot < count; slot++) {
      this.stepCell(slot, index, indexOfSlot[slot]);
    }
    const isLast = index + 1 === this.layout.layers.length;
    if (!isLast || this.layout.attention) {
      this.addToOutput(index, count);
    }
    if (!isLast) {
      this.runtime.quantizeAll(output, hiddenSize, this.layout.layers[index + 1].inputKernel, count);
    }
  }

  private stepCell(slot: number, layer: number, recurrentIndex: number): void {
    const { hiddenSize, gates } = this.layout;
    const input = this.layout.input + 4 * slot * gates * hiddenSize;
    const recurrent = this.layout.recurrent + 4 * recurrentIndex * gates * hiddenSize;
    const hidden = this.hiddenAt(slot, layer);
    switch (this.config.architecture) {
      case 'lstm':
        this.runtime.functions.lstmStep(input, recurrent, hidden, hidden + 4 * hiddenSize, hiddenSize);
        break;
      case 'gru':
        this.runtime.functions.gruStep(input, recurrent, hidden, hiddenSize);
        break;
      case 'rnn':
        this.runtime.functions.rnnStep(input, recurrent, hidden, hiddenSize);
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
        this.runtime.floats.copyWithin(target / 4, hidden / 4, hidden / 4 + hiddenSize);
      } else {
        this.runtime.functions.addTo(target, hidden, hiddenSize);
      }
    }
  }

  private hiddenAt(slot: number, layer: number): number {
    const { states, stateParts, hiddenSize } = this.layout;
    return states + 4 * (slot * this.config.numLayers + layer) * stateParts * hiddenSize;
  }

  private loadStates(states: readonly State[], begin: number, count: number): void {
    for (let slot = 0; slot < count; slot++) {
      this.runtime.floats.set(states[begin + slot].values, this.hiddenAt(slot, 0) / 4);
    }
  }

  private valuesOf(slot: number): Float32Array {
    const at = this.hiddenAt(slot, 0) / 4;
    return this.runtime.floats.slice(at, at + this.stateLength);
  }
}

interface DistinctStates {
  /** The first slot with each state. */
  readonly slots: readonly number[];
  /** For each slot, which of these states it has. */
  readonly indexOfSlot: readonly number[];
}

/** Beams often continue one state with several tokens; what depends on the state alone is then computed once. */
function distinctStates(states: readonly State[], begin: number, count: number): DistinctStates {
  const slots: number[] = [];
  const indexOfSlot: number[] = [];
  for (let slot = 0; slot < count; slot++) {
    const { values } = states[begin + slot];
    const index = slots.findIndex((other) => states[begin + other].values === values);
    indexOfSlot.push(index < 0 ? slots.push(slot) - 1 : index);
  }
  return { slots, indexOfSlot };
}
