import { bytesToAlphabet } from './byteAlphabet';
import { MergeTable } from './mergeTable';

/** Pieces remembered at most. */
const MOST_PIECES = 1 << 14;
const MISSING = -1;

export interface BytePairRules {
  /** By id, in the alphabet of `tokenizer.json`; see {@link bytesToAlphabet}. */
  readonly tokens: readonly string[];
  /** Pairs of tokens in the order learned. Those that make no token, or are made of none, are left out. */
  readonly merges: readonly (readonly [left: string, right: string])[];
  /** Regular expressions that cut a text, each the pieces of those before it. White space in them is Unicode's. */
  readonly patterns: readonly string[];
  /** A piece that is a token is taken as it stands, whatever the merges say. */
  readonly wholeWordsFirst: boolean;
  /** Texts that are tokens wherever they stand, before anything is cut. */
  readonly added: readonly { readonly id: number; readonly content: string }[];
}

/**
 * The byte-level byte-pair encoding of any model (Sennrich et al., arXiv 1508.07909), where a text is encoded thousands of times: flat
 * arrays, and pieces met before are looked up. The product's own vocabulary has {@link Tokenizer}.
 */
export class BytePairEncoder {
  private readonly merges: MergeTable;
  private readonly idOfByte = new Int32Array(256).fill(MISSING);
  private readonly patterns: readonly RegExp[];
  private readonly addedPattern: RegExp | null;
  private readonly addedIds: ReadonlyMap<string, number>;
  /** By text in the alphabet; null where pieces are never taken whole. */
  private readonly wholeWords: ReadonlyMap<string, number> | null;
  private readonly known = new Map<string, Int32Array>();
  private readonly utf8 = new TextEncoder();

  constructor({ tokens, merges, patterns, wholeWordsFirst, added }: BytePairRules) {
    const idOf = new Map(tokens.map((text, id) => [text, id]));
    for (let byte = 0; byte < 256; byte++) {
      this.idOfByte[byte] = idOf.get(bytesToAlphabet(Uint8Array.of(byte))) ?? MISSING;
    }
    this.merges = new MergeTable(merges.length);
    for (const [rank, [left, right]] of merges.entries()) {
      const ids = [left, right, left + right].map((text) => idOf.get(text));
      if (ids.every((id) => id !== undefined)) {
        this.merges.set(ids[0], ids[1], ids[2], rank);
      }
    }
    this.patterns = patterns.map(
      (pattern) =>
        new RegExp(pattern.replaceAll('\\s', '\\p{White_Space}').replaceAll('\\S', '\\P{White_Space}'), 'gu'),
    );
    this.wholeWords = wholeWordsFirst ? idOf : null;
    this.addedIds = new Map(added.map(({ id, content }) => [content, id]));
    const longestFirst = [...this.addedIds.keys()].sort((a, b) => b.length - a.length);
    this.addedPattern =
      longestFirst.length === 0
        ? null
        : new RegExp(
            longestFirst.map((text) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('|'),
            'gu',
          );
  }

  /** Token ids of a text. Bytes that the vocabulary lacks have none. */
  encode(text: string): number[] {
    const ids: number[] = [];
    const parts = this.addedPattern === null ? [text] : cut(text, this.addedPattern);
    for (const part of parts) {
      const added = this.addedIds.get(part);
      if (added !== undefined) {
        ids.push(added);
        continue;
      }
      const pieces = this.patterns.reduce<readonly string[]>(
        (cuts, pattern) =>
          cuts.length === 1 ? cut(cuts[0], pattern) : cuts.flatMap((one) => cut(one, pattern)),
        [part],
      );
      for (const piece of pieces) {
        ids.push(...this.encodePiece(piece));
      }
    }
    return ids;
  }

  private encodePiece(piece: string): Int32Array {
    let ids = this.known.get(piece);
    if (ids === undefined) {
      ids = this.mergePiece(this.utf8.encode(piece));
      if (this.known.size === MOST_PIECES) {
        this.known.clear();
      }
      this.known.set(piece, ids);
    }
    return ids;
  }

  private mergePiece(bytes: Uint8Array): Int32Array {
    const whole = this.wholeWords?.get(bytesToAlphabet(bytes));
    if (whole !== undefined) {
      return Int32Array.of(whole);
    }
    const { merges, idOfByte } = this;
    merges.reserve(bytes.length);
    let length = 0;
    for (const byte of bytes) {
      if (idOfByte[byte] !== MISSING) {
        merges.ids[length++] = idOfByte[byte];
      }
    }
    return merges.ids.slice(0, merges.merge(length));
  }
}

/** The matches of a global pattern in a text and what lies between them, in their order; none is empty. */
function cut(text: string, pattern: RegExp): string[] {
  const pieces: string[] = [];
  let end = 0;
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    if (match.index > end) {
      pieces.push(text.slice(end, match.index));
    }
    if (match[0] === '') {
      // An empty match would come again for ever.
      pattern.lastIndex++;
    } else {
      pieces.push(match[0]);
    }
    end = match.index + match[0].length;
  }
  if (end < text.length) {
    pieces.push(text.slice(end));
  }
  return pieces;
}
