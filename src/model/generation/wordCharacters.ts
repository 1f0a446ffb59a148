/** The characters that words consist of. */

const IN_WORD = /^[\p{L}\p{M}\p{N}_]$/u;
const UNSPACED =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]$/u;

export const isInWord = (character: string): boolean => IN_WORD.test(character);

/** Whether its script is written without spaces, so that a word may begin at any character: Han, Kana, Thai, Lao, Khmer, Myanmar. */
export const isUnspaced = (character: string): boolean => UNSPACED.test(character);

/** Whether it is a character of a word in a script that is written with spaces. */
export const isInSpacedWord = (character: string): boolean => isInWord(character) && !isUnspaced(character);

/** Empty when the text is, as for {@link lastCharacter}. */
export const firstCharacter = (text: string): string => Array.from(text.slice(0, 2))[0] ?? '';

export const lastCharacter = (text: string): string => Array.from(text.slice(-2)).at(-1) ?? '';
