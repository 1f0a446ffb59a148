import { SORT_DEPTH, sortSuffixes } from './suffixSort';

/** The longest context that is looked up, in tokens; the token after it must be sorted too. */
export const MAX_CONTEXT = SORT_DEPTH / 2;

/** What follows a context: called once for each different next token. */
export type Visit = (tokenId: number, count: number) => void;

/**
 * A suffix array (Manber and Myers 1993) over a sequence of tokens: counts of every context of up to
 * {@link MAX_CONTEXT} tokens in six bytes a token.
 */
export class TextIndex {
  private readonly order: Uint32Array;
  private readonly bucketStarts: Uint32Array;

  /** @param tokens kept, not copied; must not change */
  constructor(
    readonly tokens: Uint16Array,
    vocabSize: number,
  ) {
    this.bucketStarts = new Uint32Array(vocabSize + 1);
    this.order = sortSuffixes(tokens, this.bucketStarts);
  }

  /**
   * Visits the tokens that follow the context, which is the last `length` of `history`, each with how often it does.
   * @param length 1 to {@link MAX_CONTEXT}
   */
  continuations(history: Uint16Array, length: number, visit: Visit): void {
    const { tokens, order } = this;
    const start = history.length - length;
    const first = history[start];
    const bucketEnd = this.bucketStarts[first + 1];
    let from = this.lowerBound(history, start, length, this.bucketStarts[first], bucketEnd, 0);
    const to = this.lowerBound(history, start, length, from, bucketEnd, 1);
    // A suffix that ends with the context has nothing after it and sorts first.
    if (from < to && order[from] + length >= tokens.length) {
      from++;
    }
    while (from < to) {
      const tokenId = tokens[order[from] + length];
      const end = this.endOfRun(from, to, length, tokenId);
      visit(tokenId, end - from);
      from = end;
    }
  }

  /** Whether the last `length` of `history` occur with a token after them. */
  has(history: Uint16Array, length: number): boolean {
    const start = history.length - length;
    const first = history[start];
    const end = this.bucketStarts[first + 1];
    const from = this.lowerBound(history, start, length, this.bucketStarts[first], end, 0);
    const next = from < end && this.order[from] + length >= this.tokens.length ? from + 1 : from;
    return next < end && this.compare(history, start, length, this.order[next]) === 0;
  }

  /** The first place in order[from, to) whose suffix is not before the context; with `after` 1, the first after all that begin with it. */
  private lowerBound(
    history: Uint16Array,
    start: number,
    length: number,
    from: number,
    to: number,
    after: 0 | 1,
  ): number {
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (this.compare(history, start, length, this.order[middle]) < after) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return from;
  }

  /** Below 0 when the suffix is before the context, 0 when it begins with it, above 0 when it is after. */
  private compare(history: Uint16Array, start: number, length: number, position: number): number {
    const { tokens } = this;
    for (let d = 1; d < length; d++) {
      const at = position + d;
      if (at >= tokens.length) {
        return -1;
      }
      const difference = tokens[at] - history[start + d];
      if (difference !== 0) {
        return difference;
      }
    }
    return 0;
  }

  /** The end of the run of suffixes that go on with `tokenId` after `length` tokens; gallops, since runs may be long. */
  private endOfRun(from: number, to: number, length: number, tokenId: number): number {
    const { tokens, order } = this;
    let step = 1;
    let low = from;
    while (low + step < to && tokens[order[low + step] + length] === tokenId) {
      low += step;
      step *= 2;
    }
    let high = Math.min(to, low + step);
    while (low + 1 < high) {
      const middle = (low + high) >>> 1;
      if (tokens[order[middle] + length] === tokenId) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return high;
  }
}
