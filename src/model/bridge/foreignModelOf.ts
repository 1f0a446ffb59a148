import type { Expert } from '../expert';
import type { BpeVocabulary, Vocabulary } from '../keras/vocabulary/vocabulary';
import { characterModel } from './characterModel';
import type { ForeignModel, ForeignVocabulary } from './foreignModel';
import { textVocabulary } from './textVocabulary';
import { wordModel } from './wordModel';

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
  encode,
  beginOfTextId,
  endOfTextId,
  unknownId,
}: BpeVocabulary): ForeignVocabulary {
  const vocabulary = textVocabulary({
    tokens,
    encode,
    // A model that knows one mark only was trained on texts that it parts.
    beginOfTextId: beginOfTextId ?? endOfTextId,
    endOfTextId,
  });
  return { ...vocabulary, unknownId };
}
