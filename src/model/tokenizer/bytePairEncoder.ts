import { bytesToAlphabet } from './byteAlphabet';

/** Most pieces that are cached. */
const MOST_PIECES = 1 << 16;
/** Longer pieces, in UTF-16 units, are not cached: long ones, such as Chinese clauses, hardly recur. */
const LONGEST_CACHED = 16;
const MISSING = -1;

export interface BytePairRules {
  /** By id, in the alphabet of `tokenizer.json`; see {@link bytesToAlphabet}. */
  readonly tokens: readonly string[];
  /** Pairs of tokens in the order learned. A merge whose parts or result are not tokens is ignored. */
  readonly merges: readonly (readonly [left: string, right: string])[];
  /** Cuts a text into pieces that no token crosses. */
  readonly cut: (text: string) => readonly string[];
  /** Whether a piece that is a token becomes that token, regardless of the merges. */
  readonly wholeWordsFirst: boolean;
  /** Texts that become their token wherever they occur, before any pattern cuts. */
  readonly added: readonly { readonly id: number; readonly content: string }[];
}

interface Merge {
  readonly rank: number;
  readonly mergedId: number;
}

/**
 * Byte-level byte-pair encoding (Sennrich et al., arXiv 1508.07909) for any model's vocabulary, made for thousands of calls: the
 * tokens of pieces are cached.
 */
export class BytePairEncoder {
  /** By pair, see {@link mergeOf}. */
  private readonly merges = new Map<number, Merge>();
  private readonly vocabSize: number;
  private readonly idOfByte = new Int32Array(256).fill(MISSING);
  private readonly cut: BytePairRules['cut'];
  private readonly addedPattern: RegExp | null;
  private readonly addedIds: ReadonlyMap<string, number>;
  /** By text in the alphabet; null where pieces are never taken whole. */
  private readonly wholeWords: ReadonlyMap<string, number> | null;
  private readonly known = new Map<string, readonly number[]>();
  private readonly utf8 = new TextEncoder();
  private readonly text = new TextDecoder('utf-8', { ignoreBOM: true });

  constructor({ tokens, merges, cut, wholeWordsFirst, added }: BytePairRules) {
    const idOf = new Map(tokens.map((text, id) => [text, id]));
    for (let byte = 0; byte < 256; byte++) {
      this.idOfByte[byte] = idOf.get(bytesToAlphabet(Uint8Array.of(byte))) ?? MISSING;
    }
    this.vocabSize = tokens.length;
    for (const [rank, [left, right]] of merges.entries()) {
      const ids = [left, right, left + right].map((text) => idOf.get(text));
      if (ids.every((id) => id !== undefined)) {
        this.merges.set(ids[0] * this.vocabSize + ids[1], { rank, mergedId: ids[2] });
      }
    }
    this.cut = cut;
    this.wholeWords = wholeWordsFirst ? idOf : null;
    // One without text, as a damaged file may name, would be found between any two characters.
    const named = added.filter(({ content }) => content !== '');
    this.addedIds = new Map(named.map(({ id, content }) => [content, id]));
    const longestFirst = [...this.addedIds.keys()].sort((a, b) => b.length - a.length);
    this.addedPattern =
      longestFirst.length === 0
        ? null
        : new RegExp(
            `(${longestFirst.map((text) => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|')})`,
            'u',
          );
  }

  /** Token ids of a text. Bytes that the vocabulary lacks are left out. */
  encode(text: string): number[] {
    const ids: number[] = [];
    // The text between those that are found, and they themselves, as they are captured.
    const parts = this.addedPattern === null ? [text] : text.split(this.addedPattern);
    for (const part of parts) {
      const added = this.addedIds.get(part);
      if (added !== undefined) {
        ids.push(added);
        continue;
      }
      for (const piece of this.cut(part)) {
        for (const id of this.encodePiece(piece)) {
          ids.push(id);
        }
      }
    }
    return ids;
  }

  private encodePiece(piece: string): readonly number[] {
    let ids = this.known.get(piece);
    if (ids === undefined) {
      const bytes = this.utf8.encode(piece);
      ids = this.mergePiece(bytes);
      if (piece.length <= LONGEST_CACHED) {
        if (this.known.size === MOST_PIECES) {
          this.known.clear();
        }
        // A copy, as a slice that is kept as a key would keep the whole text in memory.
        this.known.set(this.text.decode(bytes), ids);
      }
    }
    return ids;
  }

  /** Applies the earliest learned merge first, and the leftmost of equals, until none applies. */
  private mergePiece(bytes: Uint8Array): number[] {
    const whole = this.wholeWords?.get(bytesToAlphabet(bytes));
    if (whole !== undefined) {
      return [whole];
    }
    const ids = Array.from(bytes, (byte) => this.idOfByte[byte]).filter((id) => id !== MISSING);
    const merges = ids.slice(1).map((right, i) => this.mergeOf(ids[i], right));
    for (;;) {
      let first: Merge | undefined;
      let at = 0;
      for (let i = 0; i < merges.length; i++) {
        const merge = merges[i];
        if (merge !== undefined && (first === undefined || merge.rank < first.rank)) {
          first = merge;
          at = i;
        }
      }
      if (first === undefined) {
        return ids;
      }
      ids.splice(at, 2, first.mergedId);
      merges.splice(at, 1);
      if (at > 0) {
        merges[at - 1] = this.mergeOf(ids[at - 1], ids[at]);
      }
      if (at < merges.length) {
        merges[at] = this.mergeOf(ids[at], ids[at + 1]);
      }
    }
  }

  private mergeOf(left: number, right: number): Merge | undefined {
    return this.merges.get(left * this.vocabSize + right);
  }
}
