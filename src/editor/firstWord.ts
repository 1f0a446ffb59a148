/** Where VS Code's own command takes more than the first word of a suggestion, or misplaces the cursor behind it. */
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
