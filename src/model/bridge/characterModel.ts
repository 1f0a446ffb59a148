import type { Expert } from '../expert';
import type { CharacterVocabulary } from '../keras/vocabulary/vocabulary';
import type { ForeignModel } from './foreignModel';
import { surfaceModel, type Surface } from './surfaceForms';

/** Least probability that the next character is not in the list. */
const UNKNOWN_SHARE = 0.01;
/** Forms of the characters of a model that was trained on lower case. */
const AS_LISTED = 0;
const CAPITAL = 1;
/** The only form: the character has no capital, or its capital is listed too. */
const ALONE = 2;
/** Shares of capitals at the beginning of a sentence, of another word, and inside a word. */
const SENTENCE_CAPITAL = 0.8;
const WORD_CAPITAL = 0.08;
const INNER_CAPITAL = 0.01;

/** The share of capitals at a place in the text. */
type Place = number;

/** A model of characters. Characters that it does not list get a small share, capitals that it does not know one by their place. */
export function characterModel(
  expert: Expert,
  { characters, isLowerCase, unknownId }: CharacterVocabulary,
): ForeignModel {
  const surfaces = new Map<string, Surface>();
  for (const [tokenId, text] of characters.entries()) {
    if (text !== null && !surfaces.has(text)) {
      surfaces.set(text, { text, tokenId, form: ALONE });
    }
  }
  for (const listed of isLowerCase ? [...surfaces.values()] : []) {
    const text = listed.text.toUpperCase();
    if (Array.from(text).length === 1 && !surfaces.has(text)) {
      surfaces.set(listed.text, { ...listed, form: AS_LISTED });
      surfaces.set(text, { ...listed, text, form: CAPITAL });
    }
  }
  return surfaceModel<Place>(expert, {
    surfaces,
    // A string gives its characters.
    cut: (text) => text,
    startPlace: SENTENCE_CAPITAL,
    placeAfter: (place, surface) => placeAfter(place, surface?.text ?? ''),
    shares: (place) => Float64Array.of(1 - place, place, 1),
    unknownId,
    unknownShare: UNKNOWN_SHARE,
  });
}

function placeAfter(place: Place, character: string): Place {
  if (/^[\p{L}\p{M}\p{N}]$/u.test(character)) {
    return INNER_CAPITAL;
  }
  if (/^[.!?\n]$/.test(character)) {
    return SENTENCE_CAPITAL;
  }
  // After spaces and quotation marks, a sentence is still at its beginning.
  return place === SENTENCE_CAPITAL ? place : WORD_CAPITAL;
}
