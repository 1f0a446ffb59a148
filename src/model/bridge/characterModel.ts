import { wholeCharacters } from '../characterBounds';
import type { Expert } from '../expert';
import type { CharacterVocabulary } from '../keras/vocabulary/vocabulary';
import { utf8Length } from './byteEncoder';
import type { Encoding, ForeignModel } from './foreignModel';
import { SurfaceForms, type FormsState, type Surface } from './surfaceForms';

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

const utf8 = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** A model of characters. Characters that it does not list get a small share, capitals that it does not know one by their place. */
export function characterModel<State>(
  expert: Expert<State>,
  { characters, isLowerCase, unknownId }: CharacterVocabulary,
): ForeignModel<FormsState<State, Place>> {
  const surfaces: Surface[] = [];
  const idOf = new Map<string, number>();
  const add = (text: string, tokenId: number, form: number) => {
    idOf.set(text, surfaces.length);
    surfaces.push({ bytes: utf8.encode(text), tokenId, form });
  };
  for (const [id, character] of characters.entries()) {
    if (character !== null && !idOf.has(character)) {
      add(character, id, AS_LISTED);
    }
  }
  for (const [id, character] of isLowerCase ? characters.entries() : []) {
    const capital = character?.toUpperCase() ?? '';
    if (Array.from(capital).length === 1 && !idOf.has(capital)) {
      add(capital, id, CAPITAL);
    }
  }
  const hasCapital = new Set(surfaces.flatMap(({ tokenId, form }) => (form === CAPITAL ? [tokenId] : [])));
  const forms = new SurfaceForms<State, Place>(expert, {
    surfaces: surfaces.map((surface) =>
      surface.form === AS_LISTED && !hasCapital.has(surface.tokenId) ? { ...surface, form: ALONE } : surface,
    ),
    unknownId,
    startPlace: SENTENCE_CAPITAL,
    placeAfter: (place, surface) => placeAfter(place, surface === null ? '' : decoder.decode(surface.bytes)),
    shares: (place) => Float64Array.of(1 - place, place, 1),
  });
  const encode = (bytes: Uint8Array): Encoding | null => {
    if (wholeCharacters(bytes) < bytes.length) {
      return null;
    }
    const ids: number[] = [];
    const ends: number[] = [];
    let end = 0;
    for (const character of decoder.decode(bytes)) {
      end += utf8Length(character);
      ids.push(idOf.get(character) ?? forms.otherId);
      ends.push(end);
    }
    return end === bytes.length ? { ids, ends } : null;
  };
  return {
    expert: forms,
    vocabulary: {
      size: forms.vocabSize,
      tokenBytes: (id) => surfaces[id]?.bytes ?? null,
      encode,
      beginOfTextId: null,
      endOfTextId: null,
      unknownId: forms.otherId,
      unknownShare: UNKNOWN_SHARE,
      documentPrefix: new Uint8Array(),
    },
  };
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
