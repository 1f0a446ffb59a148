import type { Expert } from '../expert';
import type { WordVocabulary } from '../keras/vocabulary/vocabulary';
import type { ForeignModel } from './foreignModel';
import { surfaceModel, type Surface } from './surfaceForms';
import { LONGEST_TOKEN } from './textVocabulary';

/** Least probability that the next word is not in the list. */
const UNKNOWN_SHARE = 0.03;
/** Marks between words, which the model does not see, each with its share of their probability. */
const MARKS: readonly (readonly [string, number])[] = [
  [',', 0.3],
  ['.', 0.25],
  ['\n', 0.1],
  ['\n\n', 0.05],
  [' ', 0.02],
  [';', 0.03],
  [':', 0.04],
  ['?', 0.03],
  ['!', 0.03],
  [')', 0.03],
  [' (', 0.03],
  ['"', 0.03],
  [' "', 0.03],
  ['-', 0.03],
];
/** Probability of any mark after a word, and elsewhere. */
const MARK_AFTER_WORD = 0.15;
const MARK_ELSEWHERE = 0.06;
/** Share of words with a space before them: after a mark that ends something, and after one that begins something. */
const SPACED_AFTER_MARK = 0.95;
const SPACED_AT_BEGINNING = 0.05;
const SENTENCE_CAPITAL = 0.85;
const LINE_CAPITAL = 0.4;
const INNER_CAPITAL = 0.06;

const SPACED = 1;
const CAPITAL = 2;
/** The only form: the model knows capitals, or the word begins with one or has no letter case. */
const ALONE = 4;
const FIRST_MARK = 8;

/** What comes before the next word. */
interface Place {
  readonly after: 'word' | 'space' | 'end' | 'beginning';
  /** Share of words that begin with a capital. */
  readonly capital: number;
}

/**
 * A model of words, as Keras' `Tokenizer` splits text. A word is its bytes with the separator before it, or without it at the
 * beginning of a line or after a bracket. If the model was trained on lower case, the word as it is and the word with a capital
 * share its probability. Marks that it does not see, and words that are not in its list, get a small share.
 */
export function wordModel(expert: Expert, vocabulary: WordVocabulary): ForeignModel {
  const { words, isLowerCase, unknownId, filters } = vocabulary;
  const lead = Array.from(vocabulary.separator).length === 1 ? vocabulary.separator : ' ';
  const surfaces = new Map<string, Surface>();
  const add = (text: string, tokenId: number | null, form: number) => {
    if (!surfaces.has(text)) {
      surfaces.set(text, { text, tokenId, form });
    }
  };
  const isBetween = (character: string) =>
    character === lead || filters.includes(character) || (lead === ' ' && /\s/u.test(character));
  for (const [id, word] of words.entries()) {
    const isText = word !== null && word !== '' && word.length <= LONGEST_TOKEN;
    if (isText && !Array.from(word).some(isBetween)) {
      const capital = word.replace(/^./u, (letter) => letter.toUpperCase());
      const isAlone = !isLowerCase || capital === word;
      add(word, id, isAlone ? ALONE : 0);
      add(lead + word, id, SPACED + (isAlone ? ALONE : 0));
      if (!isAlone) {
        add(capital, id, CAPITAL);
        add(lead + capital, id, SPACED + CAPITAL);
      }
    }
  }
  const marks = MARKS.filter(([mark]) => Array.from(mark).every(isBetween));
  for (const [i, [mark]] of marks.entries()) {
    add(mark, null, FIRST_MARK + i);
  }
  return surfaceModel<Place>(expert, {
    surfaces,
    cut: (text) => cutAtWords(Array.from(text), lead, isBetween),
    startPlace: { after: 'beginning', capital: SENTENCE_CAPITAL },
    placeAfter: (place, surface) =>
      surface?.tokenId === null
        ? placeAfterMark(place, surface.text)
        : { after: 'word', capital: INNER_CAPITAL },
    shares: (place) => sharesIn(place, marks),
    unknownId,
    unknownShare: UNKNOWN_SHARE,
  });
}

/** Words, each with the separator before it, marks, and other characters between words. */
function cutAtWords(
  characters: readonly string[],
  lead: string,
  isBetween: (character: string) => boolean,
): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < characters.length;) {
    let to = at + (characters[at] === lead ? 1 : 0);
    while (to < characters.length && !isBetween(characters[to])) {
      to++;
    }
    if (to === at || (to === at + 1 && characters[at] === lead)) {
      to = at + markLength(characters, at);
    }
    pieces.push(characters.slice(at, to).join(''));
    at = to;
  }
  return pieces;
}

/** Length of the longest mark at `at`, in characters: two or one. */
function markLength(characters: readonly string[], at: number): number {
  const two = characters.slice(at, at + 2).join('');
  return MARKS.some(([mark]) => mark === two) ? Math.min(2, characters.length - at) : 1;
}

function placeAfterMark(place: Place, mark: string): Place {
  if (mark === ' ') {
    return { ...place, after: 'space' };
  }
  if (mark.includes('\n')) {
    return {
      after: 'beginning',
      capital: mark === '\n' ? Math.max(LINE_CAPITAL, place.capital) : SENTENCE_CAPITAL,
    };
  }
  if (/[.?!]/.test(mark)) {
    return { after: 'end', capital: SENTENCE_CAPITAL };
  }
  return { after: /[("-]$/.test(mark) ? 'beginning' : 'end', capital: place.capital };
}

/** See {@link FormsOptions.shares}. */
function sharesIn({ after, capital }: Place, marks: readonly (readonly [string, number])[]): Float64Array {
  const shares = new Float64Array(FIRST_MARK + marks.length);
  const spaced = after === 'end' ? SPACED_AFTER_MARK : after === 'beginning' ? SPACED_AT_BEGINNING : 1;
  for (let form = 0; form < FIRST_MARK; form++) {
    const space = (form & SPACED) !== 0 ? spaced : 1 - spaced;
    const letterCase = (form & ALONE) !== 0 ? 1 : (form & CAPITAL) !== 0 ? capital : 1 - capital;
    shares[form] = space * letterCase;
  }
  const total = marks.reduce((sum, [, share]) => sum + share, 0);
  for (const [i, [, share]] of marks.entries()) {
    shares[FIRST_MARK + i] = ((after === 'word' ? MARK_AFTER_WORD : MARK_ELSEWHERE) * share) / total;
  }
  return shares;
}
