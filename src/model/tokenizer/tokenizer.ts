import * as v from 'valibot';
import { alphabetToBytes, bytesToAlphabet } from './byteAlphabet';
import { MergeTable } from './mergeTable';
import { nextBoundary, PRE_TOKEN_PATTERN } from './preTokenize';
import { WordCache } from './wordCache';

/** Marks the start of a document; no text encodes to it. */
export const END_OF_TEXT = '<|endoftext|>';
/** Pieces longer than this, in UTF-16 units, are not remembered: clauses of Chinese and the like hardly come again. */
const LONGEST_CACHED = 16;

const fileSchema = v.object({
  added_tokens: v.array(v.object({ id: v.number(), content: v.string() })),
  pre_tokenizer: v.object({
    type: v.literal('Sequence'),
    pretokenizers: v.tuple([
      v.object({ type: v.literal('Split'), pattern: v.object({ Regex: v.string() }) }),
      v.object({
        type: v.literal('ByteLevel'),
        add_prefix_space: v.literal(false),
        use_regex: v.literal(false),
      }),
    ]),
  }),
  model: v.object({
    type: v.literal('BPE'),
    // A Map, since `constructor` is a word like any other; a record would lose it.
    vocab: v.pipe(
      v.custom<Record<string, number>>(
        (value) => typeof value === 'object' && value !== null && Object.values(value).every(isTokenId),
        'Its vocabulary is no table of token ids',
      ),
      v.transform((vocab) => new Map(Object.entries(vocab))),
    ),
    merges: v.array(v.union([v.tuple([v.string(), v.string()]), v.string()])),
  }),
});

function isTokenId(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0;
}

/** A `tokenizer.json` that cannot be used; the message says why. */
export class TokenizerError extends Error {}

/** Byte-level byte-pair encoding (Sennrich et al., arXiv 1508.07909): any text in, the same text out. */
export class Tokenizer {
  private readonly mergeTable: MergeTable;
  private readonly idOfByte = new Int32Array(256);
  /** Made when the first text is encoded. */
  private cache: WordCache | null = null;
  /** Token ids in the order of their bytes. */
  private readonly sortedIds: Int32Array;
  readonly endOfTextId: number;

  /**
   * @param tokens bytes of each token by id; the end-of-text token has none
   * @param merges pairs of token ids in the order learned
   */
  constructor(
    private readonly tokens: readonly Uint8Array[],
    private readonly merges: readonly (readonly [number, number])[],
    endOfTextId: number,
  ) {
    this.endOfTextId = endOfTextId;
    this.mergeTable = new MergeTable(merges.length);
    /** By merged token: when it was learned first. */
    const rankOf = new Map<number, number>();
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
      const firstRank = rankOf.get(id) ?? rank;
      rankOf.set(id, firstRank);
      this.mergeTable.set(left, right, id, firstRank);
    });
    this.sortedIds = Int32Array.from(tokens.keys())
      .filter((id) => id !== endOfTextId)
      .sort((a, b) => compareBytes(tokens[a], tokens[b]));
  }

  /**
   * Reads the content of a `tokenizer.json` (Hugging Face's format) of the kind that {@link toJson} writes.
   * @throws TokenizerError when it is of another kind.
   */
  static fromJson(json: unknown): Tokenizer {
    const parsed = v.safeParse(fileSchema, json);
    if (!parsed.success) {
      throw new TokenizerError(
        `The tokenizer is not a byte-level BPE of Understudy's kind (${parsed.issues[0].message}). Use one that pretraining/trainTokenizer.ts made.`,
      );
    }
    const { added_tokens: added, model, pre_tokenizer: preTokenizer } = parsed.output;
    if (preTokenizer.pretokenizers[0].pattern.Regex !== PRE_TOKEN_PATTERN) {
      throw new TokenizerError(
        'The tokenizer cuts text by another rule than this version of Understudy. Train it again.',
      );
    }
    const endOfText = added.find((token) => token.content === END_OF_TEXT);
    const tokens: Uint8Array[] = Array.from({ length: model.vocab.size }, () => new Uint8Array());
    if (!endOfText || endOfText.id >= tokens.length || model.vocab.get(END_OF_TEXT) !== endOfText.id) {
      throw new TokenizerError(`The tokenizer has no ${END_OF_TEXT} token.`);
    }
    const seen = new Set<number>();
    for (const [text, id] of model.vocab) {
      const bytes = id === endOfText.id ? new Uint8Array() : alphabetToBytes(text);
      if (!bytes || id >= tokens.length || seen.has(id)) {
        throw new TokenizerError(`The tokenizer's token ${id} is not usable.`);
      }
      seen.add(id);
      tokens[id] = bytes;
    }
    if (new Set(tokens.filter((bytes) => bytes.length === 1).map(([byte]) => byte)).size < 256) {
      throw new TokenizerError('The tokenizer lacks tokens for some bytes, so it cannot encode every text.');
    }
    const merges = model.merges.map((merge, rank) => {
      const [left, right] = typeof merge === 'string' ? merge.split(' ') : merge;
      const leftId = model.vocab.get(left);
      const rightId = model.vocab.get(right);
      if (leftId === undefined || rightId === undefined) {
        throw new TokenizerError(
          `The tokenizer's merge ${rank + 1} names a token that its vocabulary lacks.`,
        );
      }
      return [leftId, rightId] as const;
    });
    return new Tokenizer(tokens, merges, endOfText.id);
  }

  get vocabSize(): number {
    return this.tokens.length;
  }

  /** The content of a `tokenizer.json` that Hugging Face's libraries read as well. */
  toJson(): unknown {
    const name = (id: number) => (id === this.endOfTextId ? END_OF_TEXT : bytesToAlphabet(this.tokens[id]));
    const byteLevel = { add_prefix_space: false, trim_offsets: true, use_regex: false };
    return {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: [
        {
          id: this.endOfTextId,
          content: END_OF_TEXT,
          single_word: false,
          lstrip: false,
          rstrip: false,
          normalized: false,
          special: true,
        },
      ],
      normalizer: null,
      pre_tokenizer: {
        type: 'Sequence',
        pretokenizers: [
          { type: 'Split', pattern: { Regex: PRE_TOKEN_PATTERN }, behavior: 'Isolated', invert: false },
          { type: 'ByteLevel', ...byteLevel },
        ],
      },
      post_processor: null,
      decoder: { type: 'ByteLevel', ...byteLevel },
      model: {
        type: 'BPE',
        dropout: null,
        unk_token: null,
        continuing_subword_prefix: null,
        end_of_word_suffix: null,
        fuse_unk: false,
        byte_fallback: false,
        ignore_merges: false,
        vocab: Object.fromEntries(this.tokens.map((_, id) => [name(id), id])),
        merges: this.merges.map(([left, right]) => [name(left), name(right)]),
      },
    };
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

  /** All tokens whose bytes begin with the given bytes, in the order of their bytes. */
  tokensStartingWith(prefix: Uint8Array): Int32Array {
    let low = 0;
    let high = this.sortedIds.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareBytes(this.tokens[this.sortedIds[middle]], prefix) < 0) low = middle + 1;
      else high = middle;
    }
    let end = low;
    while (end < this.sortedIds.length && startsWith(this.tokens[this.sortedIds[end]], prefix)) {
      end++;
    }
    return this.sortedIds.slice(low, end);
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

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    if (a[i] !== b[i]) {
      return a[i] - b[i];
    }
  }
  return a.length - b.length;
}

function startsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  return bytes.length >= prefix.length && prefix.every((byte, i) => bytes[i] === byte);
}
