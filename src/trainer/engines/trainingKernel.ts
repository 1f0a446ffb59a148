/** The functions of `assembly/trainingKernel.ts`, on the heap of TensorFlow.js' WebAssembly backend or on shared memory. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Every argument is a byte offset into the memory but sizes, a target's index and its weight, and Adam's numbers. Nothing overlaps
 * except where it says so.
 */
export interface KernelFunctions {
  /** See assembly/adam.ts; `adamOn` calls it with Adam's numbers. */
  adam(
    values: number,
    firstMoments: number,
    secondMoments: number,
    gradients: number,
    newValues: number,
    length: number,
    gradientScale: number,
    beta1: number,
    beta2: number,
    stepSize: number,
    epsilon: number,
  ): void;
  /** See assembly/products.ts. */
  packRight(right: number, inner: number, columns: number, width: number, packed: number): void;
  /** See assembly/products.ts. */
  multiply(
    left: number,
    packedRight: number,
    rows: number,
    inner: number,
    columns: number,
    out: number,
    width: number,
    scratch: number,
  ): void;
  /** total [length] += `other` [length]. */
  add(total: number, other: number, length: number): void;
  /** out [columns] = the sums over the rows of `a` [rows, columns]. */
  columnSums(a: number, rows: number, columns: number, out: number): void;
  sumOfSquares(a: number, length: number): number;
  /** out [columns, rows] = `a` [rows, columns] transposed. */
  transpose(a: number, rows: number, columns: number, out: number): void;
  /** See assembly/lstm.ts. */
  lstmStep(
    input: number,
    recurrent: number,
    cell: number,
    rows: number,
    size: number,
    gates: number,
    newCell: number,
    cellTanh: number,
    hidden: number,
  ): void;
  /** See assembly/lstm.ts. */
  lstmStepGradient(
    gates: number,
    cell: number,
    cellTanh: number,
    dHidden: number,
    dNewCell: number,
    rows: number,
    size: number,
    dGates: number,
    dCell: number,
  ): void;
  /** Puts weight · (softmax − 1 at the target) in place of a row of logits; the target's probability. */
  softmaxLoss(row: number, length: number, target: number, weight: number): number;
}

/** The heap of a module that Emscripten made. */
export interface Heap {
  readonly memory: WebAssembly.Memory;
  /** Offset of so many bytes, 0 when there are not so many. */
  allocate(byteLength: number): number;
  free(offset: number): void;
}

/** The right-hand side of a product. */
interface RightSide {
  /** The same object as last time only if it is the same matrix with the same values. */
  readonly identity: object;
  readonly offset: number;
  readonly columns: number;
}

const TILE_COLUMNS = 8;
/** Rows of the left side that are packed at once, and a tile, see `assembly/products.ts`. */
const BLOCK_ROWS = 64;
const TILE_NUMBERS = 32;
export const FLOAT_BYTES = 4;
/** Numbers of a right side that are packed at once: the weights of a layer of 1,024 units. */
const MOST_PACKED = 1 << 22;

export class TrainingKernel {
  readonly functions: KernelFunctions;
  private readonly scratch: Space;
  private readonly packed: Space;
  /** The right side that lies packed as a whole. */
  private lastRight: (RightSide & { readonly inner: number }) | null = null;

  /** @param bytes see {@link readTrainingKernel} */
  constructor(bytes: Uint8Array, heap: Heap) {
    this.functions = kernelFunctions(bytes, heap.memory);
    this.scratch = new Space(heap);
    this.packed = new Space(heap);
  }

  /**
   * out [rows, columns] = left [rows, inner] · right [inner, columns]. The right side is packed anew only where it is another one
   * than last time, since a recurrent network multiplies by the same weights at every step; a large one is packed in parts.
   */
  product(left: number, rows: number, inner: number, right: RightSide, out: number): void {
    const { columns } = right;
    const part = Math.min(roundUp(columns), Math.max(TILE_COLUMNS, roundDown(MOST_PACKED / inner)));
    const scratch = this.scratch.of(BLOCK_ROWS * inner + TILE_NUMBERS);
    const packed = this.packed.of(part * inner);
    const last = this.lastRight;
    const isPacked = last?.identity === right.identity && last.inner === inner && last.columns === columns;
    for (let first = 0; first < columns; first += part) {
      const count = Math.min(part, columns - first);
      const skipped = first * FLOAT_BYTES;
      if (!isPacked) {
        this.functions.packRight(right.offset + skipped, inner, count, columns, packed);
      }
      this.functions.multiply(left, packed, rows, inner, count, out + skipped, columns, scratch);
    }
    this.lastRight = part < columns ? null : { ...right, inner };
  }
}

const roundUp = (columns: number): number => Math.ceil(columns / TILE_COLUMNS) * TILE_COLUMNS;
const roundDown = (columns: number): number => Math.floor(columns / TILE_COLUMNS) * TILE_COLUMNS;

/** @param memory a shared one for {@link readSharedKernel}'s bytes, and another for {@link readTrainingKernel}'s */
export function kernelFunctions(bytes: Uint8Array, memory: WebAssembly.Memory): KernelFunctions {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  return exports as KernelFunctions;
}

/** A block of the heap that grows on demand; its content is lost when it does. */
class Space {
  private offset = 0;
  private byteLength = 0;

  constructor(private readonly heap: Heap) {}

  of(numbers: number): number {
    const wanted = numbers * FLOAT_BYTES;
    if (wanted > this.byteLength) {
      if (this.byteLength > 0) {
        this.heap.free(this.offset);
      }
      this.byteLength = 0;
      this.offset = this.heap.allocate(wanted);
      if (this.offset === 0) {
        const megabytes = Math.ceil(wanted / 2 ** 20);
        throw new Error(
          `A network needs ${megabytes} MB of memory, more than is free. Close other programs.`,
        );
      }
      this.byteLength = wanted;
    }
    return this.offset;
  }
}

/**
 * The kernel for this runtime: with relaxed SIMD, which multiplies and adds in one instruction, where that is supported.
 * @param folder of the .wasm files
 * @throws Error when they cannot be read
 */
export async function readTrainingKernel(folder: string): Promise<Uint8Array> {
  const relaxed = await readFile(join(folder, 'training-kernel-relaxed.wasm'));
  return WebAssembly.validate(relaxed) ? relaxed : readFile(join(folder, 'training-kernel.wasm'));
}

/**
 * The kernel for memory that threads share.
 * @param folder as above
 * @throws Error when it cannot be read
 */
export function readSharedKernel(folder: string): Promise<Uint8Array> {
  return readFile(join(folder, 'training-kernel-shared.wasm'));
}
