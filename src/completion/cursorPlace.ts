/** What the cursor's place allows, decided from the text alone, without a model. */
import type { TextKind } from '../model/generation/expectedSaving';
import { firstCharacter, isInWord, isUnspaced, lastCharacter } from '../model/generation/wordCharacters';
import type { GeneratorDocument, NoSuggestionReason } from '../protocol/generatorProtocol';

/** Languages whose text is sentences: ghost text may stand in the middle of a line, and ends with its sentence. */
const PROSE = new Set([
  'asciidoc',
  'bibtex',
  'git-commit',
  'latex',
  'markdown',
  'mdx',
  'norg',
  'org',
  'plaintext',
  'quarto',
  'restructuredtext',
  'rmd',
  'scminput',
  'tex',
  'text',
  'typst',
  'wikitext',
]);

export const isProse = (languageId: string): boolean => PROSE.has(languageId);
export const textKind = (languageId: string): TextKind => (isProse(languageId) ? 'prose' : 'code');

/**
 * What may stand right of the cursor in code: closing brackets and quotes, separators, the closing part of a comment or tag; in
 * comments and texts those of Chinese and Japanese, too.
 */
const CLOSERS = /^(?:[\s)\]}>"'`;,:）」』】》〉”’；，、：]|\*\/|-->|<\/[\w.-]*>)*$/;
/** A word and what divides it from the next. */
const FINISHED_WORD = /[\p{L}\p{M}\p{N}][^\p{L}\p{M}\p{N}_'’-]/u;
/** What stands between a word and the space after it. */
const CLAUSE_END = /^[.,;:!?…)\]"'”’»]$/u;
const REST_OF_WORD = /^(?:[\p{L}\p{M}\p{N}_]|['’](?=\p{L}))*/u;
/** In UTF-16 code units; of a longer one its rest is not found as a whole. */
const LONGEST_WORD = 100;
const words = new Intl.Segmenter(undefined, { granularity: 'word' });

/** The text between the cursor and the end of its line. */
export function restOfLine(suffix: string): string {
  return /^[^\r\n]*/.exec(suffix)![0];
}

/** The text between the start of the cursor's line and the cursor. */
export function startOfLine(prefix: string): string {
  return prefix.slice(Math.max(prefix.lastIndexOf('\n'), prefix.lastIndexOf('\r')) + 1);
}

/**
 * Why ghost text has no place at the cursor, or null when it has.
 * @param midLineInCode whether code may stand right of the cursor
 */
export function refusePlace(
  { languageId, prefix, suffix }: Pick<GeneratorDocument, 'languageId' | 'prefix' | 'suffix'>,
  midLineInCode = false,
): NoSuggestionReason | null {
  if (prefix.trim() === '') {
    return 'empty';
  }
  const rest = restOfLine(suffix);
  if (wouldJoinWord(startOfLine(prefix), rest)) {
    return 'midWord';
  }
  return midLineInCode || isProse(languageId) || CLOSERS.test(rest) ? null : 'midLine';
}

/**
 * The text that a suggestion has to join: in code the rest of the line; in prose the rest of the paragraph, where the line goes on
 * or the next one begins with a lower-case letter, as in a wrapped sentence. Empty where there is none.
 */
export function textToJoin({ languageId, suffix }: Pick<GeneratorDocument, 'languageId' | 'suffix'>): string {
  const rest = restOfLine(suffix);
  if (!isProse(languageId)) {
    return rest.trim() === '' ? '' : rest;
  }
  const goesOn = rest.trim() !== '' || /^[^\S\n]*\n[^\S\n]*\p{Ll}/u.test(suffix);
  return goesOn ? suffix.split(/\n[^\S\n]*\n/, 1)[0] : '';
}

/**
 * The document with a space right of the cursor where the user is inserting words right before a word, and has yet to type that
 * space: what is written there is no part of that word. A first word is waited for, as one letter may also mend the word.
 * @param inserted UTF-16 units at the end of the prefix that were inserted there in one go
 */
export function apartFromNextWord(document: GeneratorDocument, inserted: number): GeneratorDocument {
  const { prefix, suffix } = document;
  const line = startOfLine(prefix);
  const isInserting = FINISHED_WORD.test(prefix.slice(Math.max(0, prefix.length - inserted))) && line !== '';
  const isBeforeSpaced = !isUnspaced(firstCharacter(suffix)) && wouldJoinWord(line, restOfLine(suffix));
  return isInserting && isBeforeSpaced ? { ...document, suffix: ` ${suffix}` } : document;
}

/**
 * Whether a text that was written up to the cursor runs into the word after it, as `house` into `was` does, and in prose `house.`
 * into `Was`.
 */
export function runsIntoWord({ languageId, prefix, suffix }: GeneratorDocument): boolean {
  const end = lastCharacter(prefix);
  const isApart = !isInWord(end) && !(isProse(languageId) && CLAUSE_END.test(end));
  return (
    !isApart && !isUnspaced(firstCharacter(suffix)) && wouldJoinWord(startOfLine(prefix), restOfLine(suffix))
  );
}

/** What stands right of a cursor that is inside a word, up to the end of that; empty where the cursor is in none. */
export function restOfWord({ prefix, suffix }: Pick<GeneratorDocument, 'prefix' | 'suffix'>): string {
  const before = startOfLine(prefix).slice(-LONGEST_WORD);
  const after = restOfLine(suffix).slice(0, LONGEST_WORD);
  const word = words.segment(before + after).containing(before.length);
  if (word === undefined || word.index === before.length || !isInWord(lastCharacter(before))) {
    return '';
  }
  // It also takes the names in `lamp.lit` for one word.
  return REST_OF_WORD.exec(after.slice(0, word.index + word.segment.length - before.length))![0];
}

/** Whether a word begins or goes on right of the cursor, so that text inserted there would become part of it. */
function wouldJoinWord(before: string, after: string): boolean {
  const left = lastCharacter(before);
  const right = firstCharacter(after);
  if (!isInWord(right)) {
    return false;
  }
  if (isUnspaced(left) && isUnspaced(right)) {
    const context = before.slice(-12);
    return words.segment(context + after.slice(0, 12)).containing(context.length)?.index !== context.length;
  }
  // Where the scripts differ, as in 使用React, a word ends; before Chinese text one may always insert.
  return !isUnspaced(left) && !isUnspaced(right);
}
