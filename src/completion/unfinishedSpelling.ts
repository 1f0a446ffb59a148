/**
 * What an input method writes before the characters stand: letters for Chinese and Japanese, kana or Bopomofo for Han characters, a
 * syllable of Hangul that is still growing. VS Code does not tell an extension of it, and asks for ghost text after its first key.
 */

const SPELLED_IN_LETTERS = /^(?:\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana})/u;
const LETTERS = /^\p{Script=Latin}[\p{Script=Latin}\p{M}' ]*$/u;
const SPELLED_IN_SYLLABLES = /^\p{Script=Han}/u;
const SYLLABLES = /^[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Bopomofo}ー]+$/u;
const HANGUL = /^\p{Script=Hangul}/u;
const ONE_SYLLABLE = /^\p{Script=Hangul}$/u;
/** Longer letters are a word of another language. */
const LONGEST = 24;

/** Whether `typed` may still become the beginning of `expected`. */
export function isUnfinishedSpelling(typed: string, expected: string): boolean {
  return (
    typed.length <= LONGEST &&
    ((SPELLED_IN_LETTERS.test(expected) && LETTERS.test(typed)) ||
      (SPELLED_IN_SYLLABLES.test(expected) && SYLLABLES.test(typed)) ||
      (HANGUL.test(expected) && ONE_SYLLABLE.test(typed)))
  );
}
