import * as tokenizers from '@huggingface/tokenizers';
import type { Expert } from '../expert';
import type { BpeVocabulary, Vocabulary } from '../keras/vocabulary/vocabulary';
import { characterModel } from './characterModel';
import type { ForeignModel, ForeignVocabulary } from './foreignModel';
import { textVocabulary } from './textVocabulary';
import { wordModel } from './wordModel';

/** The library's own declarations do not resolve in an extension's module system. */
const { Tokenizer } = tokenizers as unknown as {
  readonly Tokenizer: new (
    description: unknown,
    configuration: object,
  ) => { encode(text: string, options: { add_special_tokens: boolean }): { ids: number[] } };
};

/** A model together with the vocabulary that was found for it, whose size must fit (`checkVocabularySize`). */
export function foreignModelOf(expert: Expert, vocabulary: Vocabulary): ForeignModel {
  switch (vocabulary.kind) {
    case 'words':
      return wordModel(expert, vocabulary);
    case 'characters':
      return characterModel(expert, vocabulary);
    case 'bpe':
      return { expert, vocabulary: bytePairs(vocabulary) };
  }
}

function bytePairs({
  tokens,
  tokenizerJson,
  beginOfTextId,
  endOfTextId,
  unknownId,
}: BpeVocabulary): ForeignVocabulary {
  const tokenizer = new Tokenizer(tokenizerJson, {});
  const encode = (text: string) =>
    text === '' ? [] : tokenizer.encode(text, { add_special_tokens: false }).ids;
  const vocabulary = textVocabulary({
    tokens,
    encode,
    // A model that knows one mark only was trained on texts that it parts.
    beginOfTextId: beginOfTextId ?? endOfTextId,
    endOfTextId,
  });
  return { ...vocabulary, unknownId };
}
