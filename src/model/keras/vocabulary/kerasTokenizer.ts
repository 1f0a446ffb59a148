import * as v from 'valibot';
import { isObject } from '../layerSpec';
import { described, isCharacter, LARGEST_VOCABULARY, numberTable, placed, shortened } from './entryList';
import { VocabularyError, type Vocabulary } from './vocabulary';

const schema = v.object({
  class_name: v.literal('Tokenizer'),
  config: v.object({
    num_words: v.nullish(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(LARGEST_VOCABULARY))),
    filters: v.nullish(v.string()),
    lower: v.optional(v.boolean(), true),
    split: v.optional(v.string(), ' '),
    char_level: v.optional(v.boolean(), false),
    oov_token: v.nullish(v.string()),
    word_index: v.union([v.string(), numberTable]),
  }),
});

export function isKerasTokenizer(json: unknown): boolean {
  return isObject(json) && json['class_name'] === 'Tokenizer';
}

/**
 * Reads the output of `keras.preprocessing.text.Tokenizer.to_json()`: words by frequency, numbered from 1, as 0 is padding. The
 * first `num_words − 1` are used, and one of them stands for unknown words if the author asked for it.
 * @throws VocabularyError with one sentence
 */
export function kerasTokenizer(json: unknown, fileName: string): Vocabulary {
  const result = v.safeParse(schema, json);
  if (!result.success) {
    throw new VocabularyError(
      `The Keras Tokenizer "${fileName}" cannot be read (${shortened(described(result.issues[0]))}); save it again with to_json().`,
    );
  }
  const {
    num_words: numWords,
    filters,
    lower,
    split,
    char_level: isCharacters,
    oov_token: unknown,
    word_index: index,
  } = result.output.config;
  const entries = placed(Object.entries(indexOf(index, fileName)), fileName);
  const all = entries.length;
  const size = Math.min(all, numWords ?? all);
  const unknownId = typeof unknown === 'string' ? entries.indexOf(unknown) : -1;
  const used = Array.from({ length: size }, (_, id) => (id === unknownId ? null : (entries[id] ?? null)));
  const common = {
    size,
    // Authors size the softmax by num_words, by the words and one for padding, or by one more than either.
    largestSize: Math.max(all, numWords ?? 0) + 1,
    unknownId: unknownId >= 0 && unknownId < size ? unknownId : null,
    isLowerCase: lower,
  };
  if (!isCharacters) {
    return { kind: 'words', ...common, words: used, filters: filters ?? '', separator: split };
  }
  if (!used.every((entry) => entry === null || isCharacter(entry))) {
    throw new VocabularyError(
      `The Keras Tokenizer "${fileName}" says that it has characters but has longer entries; save it again with to_json().`,
    );
  }
  return { kind: 'characters', ...common, characters: used };
}

/** The word index, which `to_json` writes as JSON inside a JSON string. */
function indexOf(
  index: string | Readonly<Record<string, number>>,
  fileName: string,
): Readonly<Record<string, number>> {
  try {
    const parsed: unknown = typeof index === 'string' ? JSON.parse(index) : index;
    return v.parse(numberTable, parsed);
  } catch (error) {
    throw new VocabularyError(
      `The Keras Tokenizer "${fileName}" has no usable word_index; save it again with to_json().`,
      { cause: error },
    );
  }
}
