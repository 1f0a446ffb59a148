/**
 * The functions of `assembly/kernel.ts` as the host sees them. Every argument that names an array is a byte offset
 * into the kernel's memory, a multiple of 16 (of 4 for single floats). Sizes are padded: hidden and embedding
 * sizes, the vocabulary and each gate's rows to a multiple of {@link PANEL_ROWS}, with zeros; the output bias with a
 * value so low that padding gets no probability.
 */
export interface KernelFunctions {
  /** out [count, 8 · panels] += packed matrix (see packMatrix.ts) times each of the vectors int16 [count, 2 · pairs]. */
  multiplyAdd(
    weights: number,
    rowScales: number,
    panels: number,
    pairs: number,
    vectors: number,
    vectorScales: number,
    count: number,
    out: number,
  ): void;
  /** Rounds floats to int16 of magnitude at most `limit`; returns their scale, the value of one unit. */
  quantize(vector: number, length: number, limit: number, values: number): number;
  /** Widens one row of a packed matrix to int16 [2 · pairs]. */
  unpackRow(weights: number, pairs: number, row: number, values: number): void;
  /** The cells' steps, in place; `input` and `recurrent` are the products with their biases, float [gates, size]. */
  lstmStep(input: number, recurrent: number, hidden: number, cell: number, size: number): void;
  gruStep(input: number, recurrent: number, hidden: number, size: number): void;
  rnnStep(input: number, recurrent: number, hidden: number, size: number): void;
  /** In place; probabilities sum to one within 1e-7. */
  softmax(logits: number, length: number): void;
  addTo(sum: number, term: number, length: number): void;
  /** One head of attention, see attend.ts; `size` is a multiple of 8. */
  attend(
    query: number,
    scale: number,
    positions: number,
    count: number,
    keys: number,
    keyScales: number,
    values: number,
    valueScales: number,
    size: number,
    scores: number,
    out: number,
  ): void;
  /** out = gain · x, scaled to a root mean square of 1 over the first `length` elements of `size`; the others are zero. */
  rmsNorm(x: number, gain: number, size: number, length: number, epsilon: number, out: number): void;
  /** In place: relu(x)². */
  squaredRelu(x: number, size: number): void;
  /** In place, element by element. */
  multiplyBy(x: number, gain: number, size: number): void;
  /** Rotates the pairs of each head in place; `table` holds the cosines of a head's pairs, then their sines. */
  rotate(x: number, table: number, heads: number, headSize: number): void;
  /** One row of a packed matrix as floats [2 · pairs], times `scale`. */
  dequantizeRow(weights: number, pairs: number, row: number, scale: number, out: number): void;
}

/** Rows of a packed panel; all sizes are padded to a multiple of it. */
export const PANEL_ROWS = 8;

export function padded(size: number): number {
  return Math.ceil(size / PANEL_ROWS) * PANEL_ROWS;
}

/**
 * The largest magnitude of a quantised activation. A sum over `columns` products with weights of magnitude at
 * most 128 then stays within 32 bits: columns · 128 · limit < 2^31.
 */
export function activationLimit(columns: number): number {
  return Math.min(32767, Math.floor((2 ** 31 - 1) / (128 * columns)));
}

export interface Kernel {
  readonly functions: KernelFunctions;
  /** Never grows, so views of it stay valid. */
  readonly buffer: ArrayBuffer;
}

const PAGE_BYTES = 65536;

/**
 * Plans a kernel's memory, so that it is allocated once in its final size: reserve each array, then
 * {@link instantiate}.
 */
export class KernelMemory {
  private byteLength = 0;
  private readonly contents: ((buffer: ArrayBuffer) => void)[] = [];

  /** Offset of a zeroed array of this many bytes, aligned for vectors. `write` fills it once the memory exists. */
  reserve(byteLength: number, write?: (buffer: ArrayBuffer, offset: number) => void): number {
    const offset = this.byteLength;
    this.byteLength += Math.ceil(byteLength / 16) * 16;
    if (write) {
      this.contents.push((buffer) => {
        write(buffer, offset);
      });
    }
    return offset;
  }

  /** As {@link reserve}, for given floats. */
  reserveFloats(values: Float32Array): number {
    return this.reserve(4 * values.length, (buffer, offset) => {
      new Float32Array(buffer, offset).set(values);
    });
  }

  /** @throws Error saying what to do when the bytes are no kernel or the system has not enough memory. */
  instantiate(kernelBytes: Uint8Array): Kernel {
    const module = attempt(
      () => new WebAssembly.Module(kernelBytes),
      'The generation kernel (kernel.wasm) cannot be loaded. Install Understudy again.',
    );
    const pages = Math.max(1, Math.ceil(this.byteLength / PAGE_BYTES));
    const memory = attempt(
      () => new WebAssembly.Memory({ initial: pages, maximum: pages }),
      `A network needs ${Math.ceil((pages * PAGE_BYTES) / 2 ** 20)} MB of memory, more than is free. Close other programs.`,
    );
    const instance = new WebAssembly.Instance(module, { env: { memory } });
    for (const write of this.contents) {
      write(memory.buffer);
    }
    return { functions: instance.exports as KernelFunctions, buffer: memory.buffer };
  }
}

function attempt<Result>(make: () => Result, failure: string): Result {
  try {
    return make();
  } catch (cause) {
    throw new Error(failure, { cause });
  }
}
