import type { Expert } from '../expert';
import type { Vocabulary } from '../keras/vocabulary/vocabulary';
import { characterModel } from './characterModel';
import type { ForeignModel } from './foreignModel';
import { textVocabulary } from './textVocabulary';
import { wordModel } from './wordModel';

/** Joins a model with the vocabulary found for it; their sizes must have been checked (`checkVocabularySize`). */
export function foreignModelOf(expert: Expert, vocabulary: Vocabulary): ForeignModel {
  switch (vocabulary.kind) {
    case 'words':
      return wordModel(expert, vocabulary);
    case 'characters':
      return characterModel(expert, vocabulary);
    case 'bpe': {
      // A model with a single mark was trained on texts separated by that mark.
      const beginOfTextId = vocabulary.beginOfTextId ?? vocabulary.endOfTextId;
      return { expert, vocabulary: textVocabulary({ ...vocabulary, beginOfTextId }) };
    }
  }
}
