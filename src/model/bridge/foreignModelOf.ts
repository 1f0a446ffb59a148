import type { Expert } from '../expert';
import type { BpeVocabulary, Vocabulary } from '../keras/vocabulary/vocabulary';
import { characterModel } from './characterModel';
import type { ForeignModel, ForeignVocabulary } from './foreignModel';
import { textVocabulary } from './textVocabulary';
import { wordModel } from './wordModel';

/** Joins a model with the vocabulary found for it; their sizes must have been checked (`checkVocabularySize`). */
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
  documentPrefix,
}: BpeVocabulary): ForeignVocabulary {
  const vocabulary = textVocabulary({
    tokens,
    encode,
    // A model with a single mark was trained on texts separated by that mark.
    beginOfTextId: beginOfTextId ?? endOfTextId,
    endOfTextId,
    documentPrefix,
  });
  return { ...vocabulary, unknownId };
}
