/** How a masked model cuts text into tokens: the `tokenizer.json` beside it. */
import * as v from 'valibot';
import { LARGEST_VOCABULARY, numberTable } from '../../model/keras/vocabulary/entryList';
import { libraryFault, LibraryTokenizer } from '../../model/tokenizer/libraryTokenizer';
import { boundedEncode } from '../boundedEncode';

export interface MaskedVocabulary {
  readonly size: number;
  /** Stands for a token that the model has to predict. */
  readonly maskId: number;
  /** Token ids that stand before and after every text, such as [CLS] and [SEP]. */
  readonly head: readonly number[];
  readonly tail: readonly number[];
  /** Token ids of a text, without head and tail. */
  readonly encode: (text: string) => readonly number[];
}

/** Names of the mask token in BERT and RoBERTa. */
const MASKS = ['[MASK]', '<mask>'] as const;
/** Has characters that few vocabularies contain. */
const UNKNOWN_TEXT = 'a ꙮ 🙂';

const isTokenId = (id: unknown): boolean =>
  Number.isInteger(id) && (id as number) >= 0 && (id as number) < LARGEST_VOCABULARY;
/** What the library uses unchecked: it allocates an entry for every id up to the largest. */
const schema = v.object({
  added_tokens: v.optional(v.array(v.object({ id: v.custom<number>(isTokenId), content: v.string() })), []),
  model: v.object({
    type: v.optional(v.unknown()),
    vocab: v.union([
      v.pipe(
        numberTable,
        v.check((table) => Object.values(table).every(isTokenId)),
      ),
      v.array(v.unknown()),
    ]),
  }),
});

/**
 * @param json the content of `tokenizer.json`
 * @param name what the user calls the model
 * @param onAway called once, with a sentence, when a text cannot be encoded; from then on every text encodes to no tokens
 * @throws Error with one sentence
 */
export function maskedVocabulary(
  json: string,
  name: string,
  onAway: (sentence: string) => void,
): MaskedVocabulary {
  const tokenizer = createTokenizer(described(json, name), name);
  const maskId = MASKS.map((mask) => tokenizer.token_to_id(mask)).find((id) => id !== undefined);
  if (maskId === undefined) {
    throw new Error(
      `The tokenizer.json of ${name} has no token named ${MASKS[0]} or ${MASKS[1]}, so it is not a masked model. Choose a BERT-style one.`,
    );
  }
  const { attempt, encode } = boundedEncode(
    `${name}/tokenizer.json`,
    (text, isFramed: boolean) => tokenizer.encode(text, { add_special_tokens: isFramed }).ids,
    onAway,
  );
  const [bare, framed, unknown] = [attempt('a', false), attempt('a', true), attempt(UNKNOWN_TEXT, false)];
  if (![...framed, ...unknown].every(isTokenId)) {
    throw unreadable(name, 'it has no token for what it does not know');
  }
  const start = framed.findIndex((_, at) => bare.every((id, i) => framed[at + i] === id));
  return {
    // Math.max would fail: a multilingual vocabulary has more tokens than a call may have arguments.
    size: Array.from(tokenizer.get_vocab().values()).reduce((a, b) => Math.max(a, b), -1) + 1,
    maskId,
    head: framed.slice(0, start),
    tail: framed.slice(start + bare.length),
    encode: (text) => (text === '' ? [] : encode(text, false)),
  };
}

/** @throws Error with one sentence when it is not what the library expects, which checks little of it */
function described(json: string, name: string): unknown {
  let description: unknown;
  let type: unknown;
  try {
    // Some editors begin a file with a byte order mark.
    description = JSON.parse(json.replace(/^\ufeff/, ''));
    // None of its faults is told; there may be millions, which the memory would not hold.
    ({ type } = v.parse(schema, description, { abortEarly: true }).model);
  } catch (error) {
    throw unreadable(name, libraryFault(error), error);
  }
  // The library does not know this kind, and takes it for another.
  if (type === 'WordLevel') {
    throw new Error(
      `The tokenizer.json of ${name} is a list of whole words (WordLevel), which does not serve here. Choose a model whose tokenizer knows parts of words.`,
    );
  }
  return description;
}

function createTokenizer(description: unknown, name: string): LibraryTokenizer {
  try {
    return new LibraryTokenizer(description, {});
  } catch (error) {
    throw unreadable(name, libraryFault(error), error);
  }
}

function unreadable(name: string, detail: string, cause?: unknown): Error {
  return new Error(
    `The tokenizer.json of ${name} cannot be read (${detail}). Download it again, or choose another model.`,
    { cause },
  );
}
