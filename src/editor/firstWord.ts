/** Where VS Code's own command does not take the first word of a suggestion, so that ours does. */
import { firstCharacter, isUnspaced } from '../model/generation/wordCharacters';
import { firstWord } from '../model/generation/wordUnits';

/** Marks of East Asian text, which no space follows either. */
const MARK = /^[\u3001-\u303f\uff01-\uff65]/;

const goesOnUnspaced = (text: string): boolean => isUnspaced(firstCharacter(text)) || MARK.test(text);

/** What VS Code takes for one word of plain text: its separators are those of ASCII, so that quotes and dashes such as “ and — are none. */
const VS_CODE_RUN = /^\s*[^\s`~!@#$%^&*()\-=+[{\]}\\|;:'",.<>/?]*/;

/**
 * Whether the first word is of a script without spaces, or runs into one without a space, as in 2024年, React组件 and React“组件”:
 * VS Code's own command takes the whole run of characters.
 */
export function startsRun(text: string): boolean {
  const run = VS_CODE_RUN.exec(text)![0];
  return goesOnUnspaced(text.slice(firstWord('', text).length)) || Array.from(run).some(goesOnUnspaced);
}

/** Whether a character has two code units, as an emoji, behind which VS Code misplaces the cursor when it accepts the text. */
export const hasPair = (text: string): boolean => /[\ud800-\udbff]/.test(text);

export const startsWithPair = (text: string): boolean => hasPair(firstWord('', text));

/** A word as "don't" and "l’heure", or its rest; for VS Code its apostrophe is no part of a word. */
const APOSTROPHE_WORD = /^\p{L}*['’]\p{L}/u;

/**
 * Whether VS Code's own command takes something other than the first word, such as only the space or the backslash before it, or may
 * take the last word, after which it asks for no next suggestion.
 */
export function differsFromVsCode(text: string): boolean {
  return (
    /^(?:[^\S\n]+\S|\\)/.test(text) ||
    /^\S+$/.test(text) ||
    APOSTROPHE_WORD.test(text) ||
    startsRun(text) ||
    startsWithPair(text)
  );
}
