import type { DocumentText } from '../mixtureModel';
import { TextIndex, type Visit } from './textIndex';
import { TokenCounts } from './tokenCounts';

/**
 * The end of the text is searched token by token, so that not every change indexes the text again. It may grow to a quarter of the
 * indexed part, within these bounds in tokens; searching a longer one at every prediction would cost more than indexing again.
 */
const SHORTEST_TAIL = 512;
const LONGEST_TAIL = 4096;

/**
 * Counts over a text that grows and shrinks at its end: a suffix array over its beginning, a plain search over the rest. Another
 * text may stand below it, with a suffix array of its own.
 */
export class DocumentIndex implements DocumentText {
  readonly tokenCounts: TokenCounts;
  /** Begins with the end-of-text token, as every document does. */
  private tokens: Uint16Array;
  /** Changes with every change of the text. */
  version = 0;
  private size = 1;
  private index: TextIndex | null = null;
  private below: TextIndex | null = null;

  constructor(
    private readonly vocabSize: number,
    endOfTextId: number,
  ) {
    this.tokenCounts = new TokenCounts(vocabSize);
    this.tokens = new Uint16Array(1024);
    this.tokens[0] = endOfTextId;
  }

  get length(): number {
    return this.size - 1;
  }

  /** The text itself, without what stands below it; changes with the next change of the text. */
  get written(): Uint16Array {
    return this.tokens.subarray(1, this.size);
  }

  get textBelow(): Uint16Array {
    return this.below?.tokens ?? new Uint16Array();
  }

  append(added: ArrayLike<number>): void {
    if (this.size + added.length > this.tokens.length) {
      const larger = new Uint16Array((this.size + added.length) * 2);
      larger.set(this.tokens.subarray(0, this.size));
      this.tokens = larger;
    }
    this.tokens.set(added, this.size);
    this.size += added.length;
    this.tokenCounts.add(added, 1);
    this.version++;
  }

  truncate(length: number): void {
    this.tokenCounts.add(this.tokens.subarray(length + 1, this.size), -1);
    this.size = length + 1;
    this.version++;
    if (this.index !== null && this.index.tokens.length > this.size) {
      this.index = null;
    }
  }

  setBelow(tokens: ArrayLike<number>): void {
    this.tokenCounts.add(this.below?.tokens ?? [], -1);
    this.below = tokens.length > 0 ? new TextIndex(Uint16Array.from(tokens), this.vocabSize) : null;
    this.tokenCounts.add(tokens, 1);
    this.version++;
  }

  clear(): void {
    this.truncate(0);
    this.setBelow([]);
  }

  /** See {@link TextIndex.continuations}. */
  continuations(history: Uint16Array, length: number, visit: Visit): void {
    this.refresh();
    this.index?.continuations(history, length, visit);
    this.below?.continuations(history, length, visit);
    for (let next = this.index?.tokens.length ?? 1; next < this.size; next++) {
      if (this.endsWith(history, length, next)) {
        visit(this.tokens[next], 1);
      }
    }
  }

  /** See {@link TextIndex.has}. */
  has(history: Uint16Array, length: number): boolean {
    this.refresh();
    if (this.index?.has(history, length) === true || this.below?.has(history, length) === true) {
      return true;
    }
    for (let next = this.index?.tokens.length ?? 1; next < this.size; next++) {
      if (this.endsWith(history, length, next)) {
        return true;
      }
    }
    return false;
  }

  private refresh(): void {
    const indexed = this.index?.tokens.length ?? 0;
    if (this.size - indexed > Math.max(SHORTEST_TAIL, Math.min(LONGEST_TAIL, indexed / 4))) {
      this.index = new TextIndex(this.tokens.slice(0, this.size), this.vocabSize);
    }
  }

  /** Whether the tokens before `end` are the last `length` of `history`. */
  private endsWith(history: Uint16Array, length: number, end: number): boolean {
    if (length > end) {
      return false;
    }
    for (let back = 1; back <= length; back++) {
      if (this.tokens[end - back] !== history[history.length - back]) {
        return false;
      }
    }
    return true;
  }
}
