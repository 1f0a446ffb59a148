import type { Expert } from '../expert';
import { KernelMemory } from '../kernel/kernelModule';
import type { PackedMatrix } from '../kernel/packMatrix';
import { checkToken } from '../languageModel';
import {
  ATTENTION_HEADS,
  ATTENTION_WINDOW,
  NORM_EPSILON,
  rotaryAngle,
  type TransformerConfig,
} from '../networkConfig';
import { INT16_LIMIT, KernelRuntime, MAX_SLOTS } from './kernelRuntime';
import type { StoredWeights } from './quantizedMatrix';
import type { RememberedPosition } from './rememberedPositions';
import { layOutTransformer, type BlockLayout, type TransformerLayout } from './transformerLayout';

/** What the kernel's Transformer remembers of one sequence; an immutable value. */
interface State {
  /** Position of the next token, from 0. */
  readonly position: number;
  /** The last positions, at most ATTENTION_WINDOW, the latest last; states share them. */
  readonly memory: readonly RememberedPosition[];
  /** Output of the last block, float [embeddingSize]; zeros before the first token. */
  readonly output: Float32Array;
}

/** The data of a slot in one pass; offsets in bytes. */
interface Slot {
  readonly position: number;
  /** Offset of the cosines and sines of its position. */
  readonly rotation: number;
  /** Offsets of what is remembered of its own position and of the list of positions it attends to; length of that list. */
  readonly own: number;
  readonly list: number;
  readonly count: number;
}

/** A Transformer on the kernel: its keys and values stay there in 16 bits from token to token. */
export class KernelTransformer implements Expert<State> {
  readonly vocabSize: number;
  private readonly layout: TransformerLayout;
  private readonly runtime: KernelRuntime;

  constructor(
    private readonly config: TransformerConfig,
    weights: StoredWeights,
    readonly name: string,
    kernelBytes: Uint8Array,
  ) {
    const memory = new KernelMemory();
    this.vocabSize = config.vocabSize;
    this.layout = layOutTransformer(memory, config, weights);
    const { width, attentionSize, expandedSize } = this.layout;
    const longest = Math.max(width, attentionSize, expandedSize);
    this.runtime = new KernelRuntime(memory, kernelBytes, longest, name);
  }

  start(): State {
    return { position: 0, memory: [], output: new Float32Array(this.config.embeddingSize) };
  }

  next(state: State, tokenId: number): State {
    return this.nextMany([state], [tokenId])[0];
  }

  nextMany(states: readonly State[], tokenIds: ArrayLike<number>): State[] {
    const { runtime } = this;
    const { positions, width } = this.layout;
    const results: State[] = [];
    for (let begin = 0; begin < states.length; begin += MAX_SLOTS) {
      positions.beginPass();
      const slots = states.slice(begin, begin + MAX_SLOTS).map((state, slot) => {
        this.loadToken(tokenIds[begin + slot], slot);
        return this.beginSlot(state, slot);
      });
      for (const [layer, block] of this.layout.blocks.entries()) {
        this.attentionBranch(block, layer, slots);
        this.feedForwardBranch(block, slots.length);
      }
      for (const [slot, { position, own }] of slots.entries()) {
        const { memory } = states[begin + slot];
        const at = this.layout.stream / 4 + slot * width;
        results.push({
          position: position + 1,
          memory: [...memory.slice(1 - ATTENTION_WINDOW), positions.keep(runtime, own)],
          output: runtime.floats.slice(at, at + this.config.embeddingSize),
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
    const { width, vocabSize, embedding, finalNorm, stream, logits, outputBias } = this.layout;
    for (let begin = 0; begin < states.length; begin += MAX_SLOTS) {
      const chosen = states.slice(begin, begin + MAX_SLOTS);
      for (const [slot, { output }] of chosen.entries()) {
        runtime.floats.set(output, stream / 4 + slot * width);
      }
      this.quantizeNormed(finalNorm, embedding, chosen.length);
      runtime.fill(logits, outputBias, vocabSize, chosen.length);
      runtime.multiplyAdd(embedding, logits, chosen.length);
      runtime.softmax(logits, vocabSize, probs.slice(begin, begin + MAX_SLOTS));
    }
  }

  dispose(): void {
    this.runtime.dispose();
  }

  private loadToken(tokenId: number, slot: number): void {
    checkToken(tokenId, this.vocabSize);
    const { functions, floats } = this.runtime;
    const { embedding, stream, width } = this.layout;
    const scale = Math.sqrt(this.config.embeddingSize) * floats[embedding.scales / 4 + tokenId];
    functions.dequantizeRow(embedding.weights, embedding.pairs, tokenId, scale, stream + 4 * slot * width);
  }

  private beginSlot({ position, memory }: State, slot: number): Slot {
    const { positions } = this.layout;
    const before = memory.slice(1 - ATTENTION_WINDOW);
    const list = positions.list(this.runtime, slot, before);
    const own = positions.reserve();
    new Int32Array(this.runtime.buffer, list, ATTENTION_WINDOW)[before.length] = own;
    return { position, rotation: this.loadRotation(position, slot), own, list, count: before.length + 1 };
  }

  private attentionBranch(block: BlockLayout, layer: number, slots: readonly Slot[]): void {
    const { runtime } = this;
    const { made, attended, attentionSize, stream } = this.layout;
    this.quantizeNormed(block.attentionNorm, block.queryKeyValueKernel, slots.length);
    runtime.clear(made, slots.length * 3 * attentionSize);
    runtime.multiplyAdd(block.queryKeyValueKernel, made, slots.length);
    for (const [index, slot] of slots.entries()) {
      this.lookBack(layer, slot, made + 4 * index * 3 * attentionSize, attended + 4 * index * attentionSize);
    }
    runtime.quantizeAll(attended, attentionSize, block.attentionOutputKernel, slots.length);
    runtime.multiplyAdd(block.attentionOutputKernel, stream, slots.length);
  }

  /** Stores the keys and values of a slot's position, then attends with its queries. */
  private lookBack(
    layer: number,
    { rotation, own, list, count }: Slot,
    made: number,
    attended: number,
  ): void {
    const { functions, floats } = this.runtime;
    const { headSize: size, attentionSize, positions } = this.layout;
    functions.rotate(made, rotation, 2 * ATTENTION_HEADS, size);
    for (let part = 0; part < 2; part++) {
      for (let head = 0; head < ATTENTION_HEADS; head++) {
        const source = made + 4 * ((part + 1) * attentionSize + head * size);
        const { numbers, unit } = this.placeOf(layer, part, head);
        floats[(own + unit) / 4] = functions.quantize(source, size, INT16_LIMIT, own + numbers);
      }
    }
    for (let head = 0; head < ATTENTION_HEADS; head++) {
      const key = this.placeOf(layer, 0, head);
      const value = this.placeOf(layer, 1, head);
      functions.attend(
        made + 4 * head * size,
        1 / Math.sqrt(size),
        list,
        count,
        key.numbers,
        key.unit,
        value.numbers,
        value.unit,
        size,
        positions.scores,
        attended + 4 * head * size,
      );
    }
  }

  private feedForwardBranch(block: BlockLayout, count: number): void {
    const { runtime } = this;
    const { expanded, expandedSize, stream, width } = this.layout;
    this.quantizeNormed(block.feedForwardNorm, block.expandKernel, count);
    runtime.fill(expanded, block.expandBias, expandedSize, count);
    runtime.multiplyAdd(block.expandKernel, expanded, count);
    runtime.functions.squaredRelu(expanded, count * expandedSize);
    runtime.quantizeAll(expanded, expandedSize, block.contractKernel, count);
    for (let slot = 0; slot < count; slot++) {
      runtime.functions.addTo(stream + 4 * slot * width, block.contractBias, width);
    }
    runtime.multiplyAdd(block.contractKernel, stream, count);
  }

  /** Normalises the stream of each slot, and quantises it so that `matrix` can be multiplied with it. */
  private quantizeNormed(gain: number, matrix: PackedMatrix, count: number): void {
    const { stream, normed, width } = this.layout;
    for (let slot = 0; slot < count; slot++) {
      const at = 4 * slot * width;
      const { embeddingSize } = this.config;
      this.runtime.functions.rmsNorm(stream + at, gain, width, embeddingSize, NORM_EPSILON, normed + at);
    }
    this.runtime.quantizeAll(normed, width, matrix, count);
  }

  private loadRotation(position: number, slot: number): number {
    const { rotations, headSize: size } = this.layout;
    const { floats } = this.runtime;
    const at = rotations + 4 * slot * size;
    for (let pair = 0; pair < size / 2; pair++) {
      const angle = rotaryAngle(position, pair, size);
      floats[at / 4 + pair] = Math.cos(angle);
      floats[at / 4 + size / 2 + pair] = Math.sin(angle);
    }
    return at;
  }

  /** Byte offsets, within a remembered position, of a head's key (part 0) or value (1) and of its scale. */
  private placeOf(layer: number, part: number, head: number): { numbers: number; unit: number } {
    const { headSize: size, positionScales } = this.layout;
    const index = (2 * layer + part) * ATTENTION_HEADS + head;
    return { numbers: 2 * index * size, unit: positionScales + 4 * index };
  }
}
