const NONE = 0x7fffffff;

/**
 * The merges of a byte-pair encoding as a hash table of flat arrays, and the loop that applies them. Its memory is reused, so
 * that a word costs no allocation.
 */
export class MergeTable {
  private readonly mask: number;
  /** Left token plus one; 0 where a slot is free. */
  private readonly lefts: Int32Array;
  private readonly rights: Int32Array;
  private readonly mergedIds: Int32Array;
  private readonly ranks: Int32Array;
  /** Of the word being merged, by place: the token, the rank of its merge with the next one, and the token that this merge makes. */
  ids = new Int32Array(256);
  private pairRanks = new Int32Array(256);
  private pairIds = new Int32Array(256);

  /** @param count merges at most */
  constructor(count: number) {
    const slots = 2 ** Math.ceil(Math.log2(4 * count + 4));
    this.mask = slots - 1;
    this.lefts = new Int32Array(slots);
    this.rights = new Int32Array(slots);
    this.mergedIds = new Int32Array(slots);
    this.ranks = new Int32Array(slots);
  }

  /** @param rank lower is applied first */
  set(left: number, right: number, mergedId: number, rank: number): void {
    const slot = this.slotOf(left, right);
    this.lefts[slot] = left + 1;
    this.rights[slot] = right;
    this.mergedIds[slot] = mergedId;
    this.ranks[slot] = rank;
  }

  /** Makes room for a word of this many tokens. */
  reserve(length: number): void {
    if (length > this.ids.length) {
      this.ids = new Int32Array(2 * length);
      this.pairRanks = new Int32Array(2 * length);
      this.pairIds = new Int32Array(2 * length);
    }
  }

  /**
   * Merges the first `length` of {@link ids} in place, the earliest learned merge first and the leftmost of equals, until none applies.
   * Words are short, so shifting the rest is faster than a heap.
   * @returns how many tokens are left
   */
  merge(length: number): number {
    const { ids, pairRanks, pairIds } = this;
    for (let i = 0; i + 1 < length; i++) {
      this.rankPair(i);
    }
    for (let count = length; ; count--) {
      let best = NONE;
      let at = 0;
      for (let i = 0; i + 1 < count; i++) {
        if (pairRanks[i] < best) {
          best = pairRanks[i];
          at = i;
        }
      }
      if (best === NONE) {
        return count;
      }
      ids[at] = pairIds[at];
      for (let i = at + 1; i + 1 < count; i++) {
        ids[i] = ids[i + 1];
        pairRanks[i] = pairRanks[i + 1];
        pairIds[i] = pairIds[i + 1];
      }
      if (at > 0) {
        this.rankPair(at - 1);
      }
      if (at + 2 < count) {
        this.rankPair(at);
      }
    }
  }

  private rankPair(at: number): void {
    const slot = this.slotOf(this.ids[at], this.ids[at + 1]);
    if (this.lefts[slot] === 0) {
      this.pairRanks[at] = NONE;
    } else {
      this.pairRanks[at] = this.ranks[slot];
      this.pairIds[at] = this.mergedIds[slot];
    }
  }

  /** The slot of a pair, or the free slot where it would go. */
  private slotOf(left: number, right: number): number {
    const { lefts, rights, mask } = this;
    const hash = Math.imul(Math.imul(left, 0x9e3779b1) ^ right, 0x85ebca6b);
    let slot = (hash ^ (hash >>> 15)) & mask;
    while (lefts[slot] !== 0 && (lefts[slot] !== left + 1 || rights[slot] !== right)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }
}
