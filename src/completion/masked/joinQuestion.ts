/**
 * How well insertions join the text right of the cursor, as a question to a masked model: the pseudo-log-likelihood of that text
 * (Salazar et al., arXiv 1910.14659). Each of its first tokens is masked in turn, with all others visible, and the log
 * probabilities that the model gives to these tokens are summed.
 */
import type { MaskedVocabulary } from './maskedVocabulary';

/** One text as the model reads it. */
export interface JoinRow {
  readonly ids: Int32Array;
  /** Places in it that are masked, one at a time. */
  readonly judged: Int32Array;
}

/** Most tokens that the model reads. Text farther from the join says little about it and costs as much to read. */
export const JOIN_WINDOW = 48;
/** Most tokens of the text right of the cursor that are visible, and how many of the first are judged, at a row of input each. */
const MOST_SEEN = 12;
const MOST_JUDGED = 4;
/** Characters encoded on either side, enough for that many tokens. */
const LEFT_CHARACTERS = 200;
const RIGHT_CHARACTERS = 100;

/**
 * One row per insertion. All rows judge the same tokens, so that insertions of different lengths are compared fairly. Null when
 * the encoded texts share no last tokens.
 * @param insertions at least one
 */
export function joinRows(
  vocabulary: MaskedVocabulary,
  left: string,
  insertions: readonly string[],
  right: string,
): readonly JoinRow[] | null {
  const { head, tail, encode } = vocabulary;
  const start = endOf(left, LEFT_CHARACTERS);
  const end = beginningOf(right, RIGHT_CHARACTERS);
  const texts = insertions.map((insertion) => encode(start + insertion + end));
  const common = Math.min(commonEnd(texts), encode(end).length);
  if (common === 0) {
    return null;
  }
  const seen = Math.min(common, MOST_SEEN);
  const before = JOIN_WINDOW - head.length - tail.length - seen;
  return texts.map((tokens) => {
    const join = tokens.length - common;
    const from = Math.max(0, join - before);
    const first = head.length + join - from;
    return {
      ids: Int32Array.from([...head, ...tokens.slice(from, join + seen), ...tail]),
      judged: Int32Array.from({ length: Math.min(common, MOST_JUDGED) }, (_, i) => first + i),
    };
  });
}

/** Number of last tokens that all texts share. */
function commonEnd(texts: readonly (readonly number[])[]): number {
  const [first] = texts;
  let count = 0;
  while (count < first.length && texts.every((tokens) => tokens.at(-1 - count) === first.at(-1 - count))) {
    count++;
  }
  return count;
}

/** At most `length` characters, without a word that the cut would split. */
const endOf = (text: string, length: number): string =>
  text.length <= length ? text : text.slice(-length).replace(/^\S{1,40}(?=\s)/, '');
const beginningOf = (text: string, length: number): string =>
  text.length <= length ? text : text.slice(0, length).replace(/(?<=\s)\S{1,40}$/, '');
