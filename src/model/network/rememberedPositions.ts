import type { KernelMemory } from '../kernel/kernelModule';
import { ATTENTION_WINDOW } from '../networkConfig';
import { MAX_SLOTS, type KernelRuntime } from './kernelRuntime';

/** What attention remembers of one position, in the kernel's layout; an immutable value that states share. */
export type RememberedPosition = Uint8Array;

/** Positions that the kernel holds: all that one pass may attend to, and those that it adds. */
const CAPACITY = MAX_SLOTS * (ATTENTION_WINDOW + 1);

/**
 * Caches the remembered positions of the last states in the kernel's memory, so that a sequence continues without copying its
 * earlier positions. One that was overwritten is copied in again from the state.
 */
export class RememberedPositions {
  private readonly base: number;
  /** int32 [slots, ATTENTION_WINDOW]: byte offsets of the positions that each slot attends to. */
  private readonly lists: number;
  /** float [ATTENTION_WINDOW], scratch. */
  readonly scores: number;
  private readonly placeOf = new WeakMap<RememberedPosition, number>();
  private readonly held: (RememberedPosition | null)[] = new Array<RememberedPosition | null>(CAPACITY).fill(
    null,
  );
  /** The last pass that needed each place. */
  private readonly neededIn = new Float64Array(CAPACITY);
  private pass = 0;
  private nextVictim = 0;

  /** @param entryBytes of one position, a multiple of 16 */
  constructor(
    memory: KernelMemory,
    private readonly entryBytes: number,
  ) {
    this.base = memory.reserve(CAPACITY * entryBytes);
    this.lists = memory.reserve(4 * MAX_SLOTS * ATTENTION_WINDOW);
    this.scores = memory.reserve(4 * ATTENTION_WINDOW);
  }

  /** To be called before each pass over at most {@link MAX_SLOTS} states. What a pass uses is not overwritten during it. */
  beginPass(): void {
    this.pass++;
  }

  /**
   * Writes the list of the positions that a slot attends to.
   * @returns byte offset of the list
   */
  list(runtime: KernelRuntime, slot: number, positions: readonly RememberedPosition[]): number {
    const at = this.lists + 4 * slot * ATTENTION_WINDOW;
    const list = new Int32Array(runtime.buffer, at, ATTENTION_WINDOW);
    for (const [i, position] of positions.entries()) {
      list[i] = this.offsetOf(runtime, position);
    }
    return at;
  }

  /** Byte offset for a position that this pass computes. */
  reserve(): number {
    return this.base + this.freePlace() * this.entryBytes;
  }

  /** Copies the position that was computed at a reserved offset into a value. */
  keep(runtime: KernelRuntime, offset: number): RememberedPosition {
    const position = new Uint8Array(runtime.buffer, offset, this.entryBytes).slice();
    this.hold((offset - this.base) / this.entryBytes, position);
    return position;
  }

  private offsetOf(runtime: KernelRuntime, position: RememberedPosition): number {
    let place = this.placeOf.get(position);
    if (place === undefined || this.held[place] !== position) {
      place = this.freePlace();
      new Uint8Array(runtime.buffer, this.base + place * this.entryBytes).set(position);
      this.hold(place, position);
    }
    this.neededIn[place] = this.pass;
    return this.base + place * this.entryBytes;
  }

  private hold(place: number, position: RememberedPosition): void {
    this.held[place] = position;
    this.placeOf.set(position, place);
  }

  private freePlace(): number {
    while (this.neededIn[this.nextVictim] === this.pass) {
      this.nextVictim = (this.nextVictim + 1) % CAPACITY;
    }
    const place = this.nextVictim;
    this.nextVictim = (this.nextVictim + 1) % CAPACITY;
    this.neededIn[place] = this.pass;
    this.held[place] = null;
    return place;
  }
}
