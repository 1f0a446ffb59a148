import { bytesToAlphabet } from './byteAlphabet';
import { MergeTable } from './mergeTable';
import { PrefixIndex } from './prefixIndex';
import { nextBoundary } from './preTokenize';
import {
  formatTokenizerJson,
  parseTokenizerJson,
  TokenizerError,
  type BytePairVocabulary,
} from './tokenizerJson';
import { WordCache } from './wordCache';

/** Pieces longer than this, in UTF-16 units, are not cached: long ones, such as Chinese clauses, hardly recur. */
const LONGEST_CACHED = 16;

/** Byte-level byte-pair encoding (Sennrich et al., arXiv 1508.07909): any text in, the same text out. */
export class Tokenizer {
  private readonly mergeTable: MergeTable;
  private readonly idOfByte = new Int32Array(256);
  /** Made when the first text is encoded. */
  private cache: WordCache | null = null;
  /** Bytes of each token by id. */
  private readonly tokens: readonly Uint8Array[];
  readonly endOfTextId: number;
  readonly index: PrefixIndex;

  /** @throws TokenizerError when a merge makes a token that is not in the vocabulary */
  constructor(private readonly vocabulary: BytePairVocabulary) {
    const { tokens, merges, endOfTextId } = vocabulary;
    this.tokens = tokens;
    this.endOfTextId = endOfTextId;
    this.mergeTable = new MergeTable(merges.length);
    const idOfToken = new Map<string, number>();
    tokens.forEach((bytes, id) => {
      if (id !== endOfTextId) {
        idOfToken.set(bytesToAlphabet(bytes), id);
      }
      if (bytes.length === 1) {
        this.idOfByte[bytes[0]] = id;
      }
    });
    merges.forEach(([left, right], rank) => {
      const id = idOfToken.get(bytesToAlphabet(tokens[left]) + bytesToAlphabet(tokens[right]));
      if (id === undefined) {
        throw new TokenizerError(
          `The tokenizer's merge ${rank + 1} makes a token that its vocabulary lacks.`,
        );
      }
      this.mergeTable.set(left, right, id, rank);
    });
    this.index = new PrefixIndex(tokens);
  }

  /**
   * Reads the content of a `tokenizer.json` (Hugging Face's format) of the kind that {@link toJson} writes.
   * @throws TokenizerError when it is of another kind.
   */
  static fromJson(json: unknown): Tokenizer {
    return new Tokenizer(parseTokenizerJson(json));
  }

  /** The content of a `tokenizer.json` that Hugging Face's libraries read as well. */
  toJson(): unknown {
    return formatTokenizerJson(this.vocabulary);
  }

  get vocabSize(): number {
    return this.tokens.length;
  }

  /** Token ids of a text; lone surrogates become U+FFFD. Never contains the end-of-text token. */
  encode(text: string): Int32Array {
    const cache = (this.cache ??= new WordCache());
    let ids = new Int32Array(Math.ceil(text.length / 2) + 16);
    let length = 0;
    for (let index = 0, end; index < text.length; index = end) {
      end = nextBoundary(text, index);
      const isCached = end - index <= LONGEST_CACHED;
      const word = isCached ? cache.find(text, index, end) : -1;
      let source = cache.tokens;
      let from = 0;
      let to;
      if (word >= 0) {
        from = cache.start(word);
        to = cache.end(word);
      } else {
        to = this.encodeWord(text, index, end);
        source = this.mergeTable.ids;
        if (isCached) {
          cache.add(text, index, end, source, to);
        }
      }
      if (length + to - from > ids.length) {
        const larger = new Int32Array(ids.length * 2 + to - from);
        larger.set(ids);
        ids = larger;
      }
      while (from < to) {
        ids[length++] = source[from++];
      }
    }
    return ids.slice(0, length);
  }

  decodeBytes(ids: ArrayLike<number>): Uint8Array {
    let size = 0;
    for (let i = 0; i < ids.length; i++) {
      size += this.tokenBytes(ids[i]).length;
    }
    const bytes = new Uint8Array(size);
    let offset = 0;
    for (let i = 0; i < ids.length; i++) {
      bytes.set(this.tokens[ids[i]], offset);
      offset += this.tokens[ids[i]].length;
    }
    return bytes;
  }

  /** Text of the tokens; bytes that are no whole character become U+FFFD. */
  decode(ids: ArrayLike<number>): string {
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(this.decodeBytes(ids));
  }

  /** Bytes of one token; none for end of text. @throws RangeError for an id outside the vocabulary. */
  tokenBytes(id: number): Uint8Array {
    const bytes = this.tokens[id];
    if (bytes === undefined) {
      throw new RangeError(`Token ${id} is not in the vocabulary of ${this.tokens.length}.`);
    }
    return bytes;
  }

  /** Leaves the tokens of text[from, to) in the merge table and returns how many they are. */
  private encodeWord(text: string, from: number, to: number): number {
    const { mergeTable, idOfByte } = this;
    mergeTable.reserve(3 * (to - from));
    const { ids } = mergeTable;
    let length = 0;
    for (let at = from; at < to; at++) {
      let code = text.charCodeAt(at);
      if (code < 0x80) {
        ids[length++] = idOfByte[code];
        continue;
      }
      if (code < 0x800) {
        ids[length++] = idOfByte[0xc0 | (code >> 6)];
        ids[length++] = idOfByte[0x80 | (code & 0x3f)];
        continue;
      }
      if (code >= 0xd800 && code <= 0xdfff) {
        const next = code <= 0xdbff && at + 1 < to ? text.charCodeAt(at + 1) : 0;
        if (next >= 0xdc00 && next <= 0xdfff) {
          at++;
          code = 0x10000 + ((code - 0xd800) << 10) + (next - 0xdc00);
          ids[length++] = idOfByte[0xf0 | (code >> 18)];
          ids[length++] = idOfByte[0x80 | ((code >> 12) & 0x3f)];
          ids[length++] = idOfByte[0x80 | ((code >> 6) & 0x3f)];
          ids[length++] = idOfByte[0x80 | (code & 0x3f)];
          continue;
        }
        code = 0xfffd;
      }
      ids[length++] = idOfByte[0xe0 | (code >> 12)];
      ids[length++] = idOfByte[0x80 | ((code >> 6) & 0x3f)];
      ids[length++] = idOfByte[0x80 | (code & 0x3f)];
    }
    return mergeTable.merge(length);
  }
}

/** Whether a `tokenizer.json` describes this tokenizer, regardless of its formatting. */
export function isTokenizer(json: unknown, tokenizer: Tokenizer): boolean {
  try {
    return JSON.stringify(Tokenizer.fromJson(json).toJson()) === JSON.stringify(tokenizer.toJson());
  } catch (error) {
    if (error instanceof TokenizerError) {
      return false;
    }
    throw error;
  }
}
