import type { Kernel, KernelFunctions, KernelMemory } from '../kernel/kernelModule';
import type { PackedMatrix } from '../kernel/packMatrix';

/** Sequences that one pass over the weights serves; more take several passes. */
export const MAX_SLOTS = 8;
/** Bias of the rows that pad the vocabulary: their probability is 0. */
export const NEVER = -3e38;

/** The largest magnitude of the 16-bit numbers that attention remembers. */
export const INT16_LIMIT = 32767;

/** The kernel of one network, with the operations that all architectures share. Offsets are in bytes. */
export class KernelRuntime {
  /** Null once disposed of. */
  private kernel: (Kernel & { readonly floats: Float32Array }) | null;
  /** The vectors that a packed matrix is multiplied with, int16 [slots, length of a vector], and their scales, float [slots]. */
  private readonly vectors: number;
  private readonly vectorScales: number;

  /**
   * @param memory in which all else is reserved already
   * @param longest length of the longest vector that a matrix is multiplied with, padded
   * @throws Error when the kernel cannot be loaded or there is not enough memory
   */
  constructor(
    memory: KernelMemory,
    kernelBytes: Uint8Array,
    longest: number,
    private readonly networkName: string,
  ) {
    this.vectors = memory.reserve(2 * MAX_SLOTS * longest);
    this.vectorScales = memory.reserve(4 * MAX_SLOTS);
    const kernel = memory.instantiate(kernelBytes);
    this.kernel = { ...kernel, floats: new Float32Array(kernel.buffer) };
  }

  get functions(): KernelFunctions {
    return this.running().functions;
  }

  /** All of the kernel's memory. */
  get floats(): Float32Array {
    return this.running().floats;
  }

  get buffer(): ArrayBuffer {
    return this.running().buffer;
  }

  dispose(): void {
    this.kernel = null;
  }

  /** Copies the same floats [length] into each of the `count` slots of `target`. */
  fill(target: number, source: number, length: number, count: number): void {
    for (let slot = 0; slot < count; slot++) {
      this.floats.copyWithin(target / 4 + slot * length, source / 4, source / 4 + length);
    }
  }

  clear(target: number, length: number): void {
    this.floats.fill(0, target / 4, target / 4 + length);
  }

  /** Quantises the vectors, float [count, length], so that `matrix` can be multiplied with them. */
  quantizeAll(source: number, length: number, matrix: PackedMatrix, count: number): void {
    for (let i = 0; i < count; i++) {
      this.quantize(source + 4 * i * length, length, matrix, i);
    }
  }

  quantize(source: number, length: number, { limit }: PackedMatrix, index: number): void {
    const { vectors, vectorScales } = this;
    const scale = this.functions.quantize(source, length, limit, vectors + 2 * index * length);
    this.floats[vectorScales / 4 + index] = scale;
  }

  /** Makes a row of a matrix the vector of a slot. The embeddings are 8-bit rows already, so widening them is exact. */
  takeRow({ weights, pairs, scales }: PackedMatrix, row: number, slot: number): void {
    const { vectors, vectorScales } = this;
    this.functions.unpackRow(weights, pairs, row, vectors + 4 * slot * pairs);
    this.floats[vectorScales / 4 + slot] = this.floats[scales / 4 + row];
  }

  /** Adds the products with the quantised vectors to `out` [count, rows]. */
  multiplyAdd({ weights, scales, panels, pairs }: PackedMatrix, out: number, count: number): void {
    const { vectors, vectorScales } = this;
    this.functions.multiplyAdd(weights, scales, panels, pairs, vectors, vectorScales, count, out);
  }

  /** Applies the softmax in place to the logits [count, padded vocabulary], and copies those of the true vocabulary to `probs`. */
  softmax(logits: number, paddedSize: number, probs: readonly Float32Array[]): void {
    for (const [slot, target] of probs.entries()) {
      const at = logits + 4 * slot * paddedSize;
      this.functions.softmax(at, paddedSize);
      target.set(this.floats.subarray(at / 4, at / 4 + target.length));
    }
  }

  private running(): NonNullable<KernelRuntime['kernel']> {
    if (!this.kernel) {
      throw new Error(`The network "${this.networkName}" has been disposed of.`);
    }
    return this.kernel;
  }
}
