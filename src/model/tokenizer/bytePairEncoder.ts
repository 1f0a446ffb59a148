import { bytesToAlphabet } from './byteAlphabet';
import { MergeTable } from './mergeTable';

/** Most pieces that are cached. */
const MOST_PIECES = 1 << 14;
const MISSING = -1;

export interface BytePairRules {
  /** By id, in the alphabet of `tokenizer.json`; see {@link bytesToAlphabet}. */
  readonly tokens: readonly string[];
  /** Pairs of tokens in the order learned. A merge whose parts or result are not tokens is ignored. */
  readonly merges: readonly (readonly [left: string, right: string])[];
  /** Regular expressions that cut a text, each the pieces of those before it. Their `\s` is Unicode's white space. */
  readonly patterns: readonly string[];
  /** Whether a piece that is a token becomes that token, regardless of the merges. */
  readonly wholeWordsFirst: boolean;
  /** Texts that become their token wherever they occur, before any pattern cuts. */
  readonly added: readonly { readonly id: number; readonly content: string }[];
}

/**
 * Byte-level byte-pair encoding (Sennrich et al., arXiv 1508.07909) for any model's vocabulary, made for thousands of calls: merges
 * are flat arrays, and the tokens of pieces are cached. For the product's own vocabulary there is {@link Tokenizer}.
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
    // One without text, as a damaged file may name, would be found between any two characters.
    const contents = [...this.addedIds.keys()].filter((content) => content !== '');
    const longestFirst = contents.sort((a, b) => b.length - a.length);
    this.addedPattern =
      longestFirst.length === 0
        ? null
        : new RegExp(
            longestFirst.map((text) => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|'),
            'gu',
          );
  }

  /** Token ids of a text. Bytes that the vocabulary lacks are left out. */
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

/** The matches of a global pattern in a text and the text between them, in order; no piece is empty. */
function cut(text: string, pattern: RegExp): string[] {
  const pieces: string[] = [];
  let end = 0;
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    if (match.index > end) {
      pieces.push(text.slice(end, match.index));
    }
    if (match[0] === '') {
      // An empty match would be found again forever.
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
