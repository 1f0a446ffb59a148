/** A tokenizer as a `tokenizer.json` (Hugging Face's format) holds it. */
import * as v from 'valibot';
import { alphabetToBytes, bytesToAlphabet } from './byteAlphabet';
import { PRE_TOKEN_PATTERN } from './preTokenize';

/** What byte-level byte-pair encoding has learned. */
export interface BytePairVocabulary {
  /** Bytes of each token by id; the end-of-text token has none. */
  readonly tokens: readonly Uint8Array[];
  /** Pairs of token ids in the order learned. */
  readonly merges: readonly (readonly [number, number])[];
  readonly endOfTextId: number;
}

/** Marks the start of a document; no text encodes to it. */
const END_OF_TEXT = '<|endoftext|>';

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
    // A Map, since a record of valibot's would drop the word `constructor`.
    vocab: v.pipe(
      v.custom<Record<string, number>>(
        (value) => typeof value === 'object' && value !== null && Object.values(value).every(isTokenId),
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

/**
 * Reads what {@link formatTokenizerJson} writes.
 * @throws TokenizerError when it is of another kind.
 */
export function parseTokenizerJson(json: unknown): BytePairVocabulary {
  // One fault is told; of a hostile file there may be millions, which the memory would not hold.
  const parsed = v.safeParse(fileSchema, json, { abortEarly: true });
  if (!parsed.success) {
    // What stands there instead may be as long as the file.
    const place = v.getDotPath(parsed.issues[0]) ?? 'all of it';
    throw new TokenizerError(
      `The tokenizer is not a byte-level BPE of Understudy's kind (see ${place}). Use one that pretraining/trainTokenizer.ts made.`,
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
      throw new TokenizerError(`The tokenizer's merge ${rank + 1} names a token that its vocabulary lacks.`);
    }
    return [leftId, rightId] as const;
  });
  return { tokens, merges, endOfTextId: endOfText.id };
}

/** The content of a file that Hugging Face's libraries read as well. */
export function formatTokenizerJson({ tokens, merges, endOfTextId }: BytePairVocabulary): unknown {
  const name = (id: number) => (id === endOfTextId ? END_OF_TEXT : bytesToAlphabet(tokens[id]));
  const byteLevel = { add_prefix_space: false, trim_offsets: true, use_regex: false };
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [
      {
        id: endOfTextId,
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
      vocab: Object.fromEntries(tokens.map((_, id) => [name(id), id])),
      merges: merges.map(([left, right]) => [name(left), name(right)]),
    },
  };
}
