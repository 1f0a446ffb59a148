import * as v from 'valibot';
import { alphabetToBytes } from '../../tokenizer/byteAlphabet';
import { libraryFault, LibraryTokenizer } from '../../tokenizer/libraryTokenizer';
import { PRE_TOKEN_PATTERN } from '../../tokenizer/preTokenize';
import { flatten } from '../graphArguments';
import { isObject } from '../layerSpec';
import { described, LARGEST_VOCABULARY, numberTable, placed, shortened } from './entryList';
import { VocabularyError, type BpeVocabulary, type Vocabulary } from './vocabulary';

/** The library needs each part to be present. */
const ALL_PARTS = {
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: null,
  post_processor: null,
  decoder: null,
};

/** Softmax sizes are often rounded up for speed on GPUs, to a multiple of at most this. */
const ROUNDED_UP = 1024;
const END_OF_TEXT = ['<|endoftext|>', '</s>', '<eos>', '<|end_of_text|>', '[EOS]'];
const BEGIN_OF_TEXT = ['<s>', '<bos>', '<|begin_of_text|>', '[BOS]', '<|startoftext|>'];

const pair = v.tuple([v.string(), v.number()]);
const schema = v.object({
  added_tokens: v.optional(
    v.array(v.object({ id: v.number(), content: v.string(), special: v.optional(v.boolean(), false) })),
    [],
  ),
  normalizer: v.nullish(v.unknown()),
  pre_tokenizer: v.nullish(v.unknown()),
  decoder: v.nullish(v.unknown()),
  model: v.object({
    type: v.optional(v.string(), 'BPE'),
    unk_token: v.nullish(v.string()),
    unk_id: v.nullish(v.number()),
    byte_fallback: v.nullish(v.boolean()),
    continuing_subword_prefix: v.nullish(v.string()),
    end_of_word_suffix: v.nullish(v.string()),
    vocab: v.union([numberTable, v.array(pair)]),
  }),
});

export function isHuggingFaceTokenizer(json: unknown): boolean {
  return isObject(json) && isObject(json['model']) && 'vocab' in json['model'];
}

/**
 * Reads a `tokenizer.json`: byte-pair and similar models with the bytes of each token, or a word list (WordLevel).
 * @throws VocabularyError with one sentence
 */
export function huggingFaceTokenizer(json: unknown, fileName: string): Vocabulary {
  // One fault is told; of a hostile file there may be millions, which the memory would not hold.
  const result = v.safeParse(schema, json, { abortEarly: true });
  if (!result.success) {
    throw new VocabularyError(
      `The tokenizer "${fileName}" cannot be read (${shortened(described(result.issues[0]))}); choose another, or save it again.`,
    );
  }
  const { added_tokens: added, normalizer, pre_tokenizer: preTokenizer, model } = result.output;
  const pairs = Array.isArray(model.vocab)
    ? model.vocab.map(([token], id) => [token, id] as const)
    : Object.entries(model.vocab);
  const listed = new Set(pairs.map(([token, id]) => `${id} ${token}`));
  const extra = added.filter(({ id, content }) => !listed.has(`${id} ${content}`));
  const entries = placed([...pairs, ...extra.map(({ id, content }) => [content, id] as const)], fileName);
  const special = new Set(added.filter((token) => token.special).map(({ id }) => id));
  const find = (names: readonly string[]) => {
    const id = entries.findIndex((entry, i) => entry !== null && special.has(i) && names.includes(entry));
    return id < 0 ? null : id;
  };
  const unknownId =
    model.unk_id ?? (typeof model.unk_token === 'string' ? idOf(entries, model.unk_token) : null);
  const isText = (id: number) => !special.has(id) && id !== unknownId;
  const common = {
    size: entries.length,
    largestSize: Math.min(LARGEST_VOCABULARY, entries.length + ROUNDED_UP - 1),
    unknownId,
  };
  if (model.type === 'WordLevel') {
    const words = entries.map((entry, id) => (isText(id) ? entry : null));
    return { kind: 'words', ...common, words, isLowerCase: false, filters: '', separator: ' ' };
  }
  if (model.type === 'WordPiece') {
    throw new VocabularyError(
      `The tokenizer "${fileName}" is a WordPiece, which cannot give back every text; use a model with byte-pair encoding.`,
    );
  }
  const { continuing_subword_prefix: prefix, end_of_word_suffix: suffix } = model;
  const mark = [prefix, suffix].find((one) => typeof one === 'string' && one !== '');
  if (model.type === 'BPE' && typeof mark === 'string') {
    throw new VocabularyError(
      `The tokenizer "${fileName}" marks parts of words with "${shortened(mark)}" and keeps no spaces, so it cannot give back every text; use a model with byte-level byte-pair encoding.`,
    );
  }
  const bytesOf = decoderOf(json, model.byte_fallback === true);
  const { encode, documentPrefix } = encoderOf(json, fileName);
  const addedTexts = new Map(added.map(({ id, content }) => [id, content]));
  const tokens = entries.map((entry, id) => {
    if (entry === null || !isText(id)) {
      return null;
    }
    const text = addedTexts.get(id);
    return text === undefined ? bytesOf(entry) : new TextEncoder().encode(text);
  });
  return {
    kind: 'bpe',
    ...common,
    tokens,
    beginOfTextId: find(BEGIN_OF_TEXT),
    endOfTextId: find(END_OF_TEXT),
    documentPrefix,
    encode,
    mayHang: mayHang([normalizer ?? null, preTokenizer ?? null]),
  } satisfies BpeVocabulary;
}

/**
 * Whether there are regular expressions other than Understudy's own, which is known to end, or parts that lengthen a text: thirty that
 * double a letter, or write `é` in bytes again and again, would make a billion of it.
 */
function mayHang(parts: readonly unknown[]): boolean {
  const own = `"Regex":${JSON.stringify(PRE_TOKEN_PATTERN)}`;
  const written = JSON.stringify(parts).replaceAll(own, '');
  return (
    written.includes('"Regex"') || written.split('"ByteLevel"').length > 2 || flatten(parts).some(lengthens)
  );
}

function lengthens(part: unknown): boolean {
  if (!isObject(part)) {
    return false;
  }
  const { pattern, content, prepend, replacement } = part;
  const replaced = isObject(pattern) && typeof pattern['String'] === 'string' ? pattern['String'].length : 1;
  return [content, prepend, replacement].some((text) => typeof text === 'string' && text.length > replaced);
}

function encoderOf(json: unknown, fileName: string): Pick<BpeVocabulary, 'encode' | 'documentPrefix'> {
  try {
    const { normalizer, pre_tokenizer: preTokenizer } = json as Part;
    const parts = { normalizer: withoutPrefix(normalizer), pre_tokenizer: withoutPrefix(preTokenizer) };
    const hasPrefix =
      JSON.stringify(parts) !==
      JSON.stringify({ normalizer: normalizer ?? null, pre_tokenizer: preTokenizer ?? null });
    const tokenizer = new LibraryTokenizer({ ...ALL_PARTS, ...(json as object), ...parts }, {});
    return {
      encode: (text) => (text === '' ? [] : tokenizer.encode(text, { add_special_tokens: false }).ids),
      documentPrefix: hasPrefix ? ' ' : '',
    };
  } catch (error) {
    throw new VocabularyError(
      `The tokenizer "${fileName}" cannot be read (${libraryFault(error)}); choose another, or save it again.`,
      { cause: error },
    );
  }
}

type Part = Readonly<Record<string, unknown>>;

/** A normalizer or pre-tokenizer without the space that it puts before every text, since most texts encoded go on from another. */
function withoutPrefix(part: unknown): unknown {
  if (typeof part !== 'object' || part === null) {
    return part ?? null;
  }
  const { type, prepend, prepend_scheme: scheme, add_prefix_space: addsSpace, ...others } = part as Part;
  switch (type) {
    case 'Sequence':
      return Object.fromEntries(
        Object.entries(part).map(([key, value]: [string, unknown]) => [
          key,
          Array.isArray(value) ? value.map(withoutPrefix).filter((one) => one !== null) : value,
        ]),
      );
    case 'Prepend':
      return prepend === '▁' || prepend === ' ' ? null : part;
    case 'Metaspace':
      return scheme === 'never' || (scheme === undefined && addsSpace === false)
        ? part
        : { type, ...others, prepend_scheme: 'never', add_prefix_space: false };
    case 'ByteLevel':
      return addsSpace === true ? { ...part, add_prefix_space: false } : part;
    default:
      return part;
  }
}

/** Gives the bytes of an entry: in GPT-2's byte alphabet, or as text in which ▁ is a space and <0x0A> a byte (SentencePiece). */
function decoderOf(json: unknown, hasBytes: boolean): (entry: string) => Uint8Array {
  const { decoder, pre_tokenizer: preTokenizer } = json as { decoder?: unknown; pre_tokenizer?: unknown };
  const described = JSON.stringify([decoder ?? null, preTokenizer ?? null]);
  const encoder = new TextEncoder();
  if (described.includes('"ByteLevel"')) {
    return (entry) => alphabetToBytes(entry) ?? encoder.encode(entry);
  }
  return (entry) => {
    const byte = hasBytes ? /^<0x([0-9A-F]{2})>$/.exec(entry) : null;
    return byte === null ? encoder.encode(entry.replaceAll('▁', ' ')) : Uint8Array.of(parseInt(byte[1], 16));
  };
}

function idOf(entries: readonly (string | null)[], name: string): number | null {
  const id = entries.indexOf(name);
  return id < 0 ? null : id;
}
