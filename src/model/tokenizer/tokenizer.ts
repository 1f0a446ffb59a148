import { bytesToAlphabet } from './byteAlphabet';
import { BytePairEncoder } from './bytePairEncoder';
import { PrefixIndex } from './prefixIndex';
import { preTokens } from './preTokenize';
import {
  formatTokenizerJson,
  parseTokenizerJson,
  TokenizerError,
  type BytePairVocabulary,
} from './tokenizerJson';

/** Byte-level byte-pair encoding (Sennrich et al., arXiv 1508.07909): any text in, the same text out. */
export class Tokenizer {
  private readonly encoder: BytePairEncoder;
  /** Bytes of each token by id. */
  private readonly tokens: readonly Uint8Array[];
  readonly endOfTextId: number;
  readonly index: PrefixIndex;

  constructor(private readonly vocabulary: BytePairVocabulary) {
    const { tokens, merges, endOfTextId } = vocabulary;
    this.tokens = tokens;
    this.endOfTextId = endOfTextId;
    // That of the end of the text is empty here, so no text is encoded as it.
    const texts = tokens.map(bytesToAlphabet);
    this.encoder = new BytePairEncoder({
      tokens: texts,
      merges: merges.map(([left, right]) => [texts[left], texts[right]] as const),
      cut: preTokens,
      wholeWordsFirst: false,
      added: [],
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
    return new Int32Array(this.encoder.encode(text));
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
