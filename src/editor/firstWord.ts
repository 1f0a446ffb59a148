/** Where VS Code's own command does not take the first word of a suggestion, so that ours does. */
import { firstCharacter, isUnspaced } from '../model/generation/wordCharacters';
import { firstWord } from '../model/generation/wordUnits';

/** Whether the text starts in a script without spaces, where VS Code's own command takes a whole run of characters. */
export function startsUnspaced(text: string): boolean {
  return isUnspaced(firstCharacter(text.trimStart()));
}

/** Whether the first word has a character of two code units, such as an emoji, behind which VS Code's own command misplaces the cursor. */
export function startsWithPair(text: string): boolean {
  return /[\ud800-\udbff]/.test(firstWord('', text));
}

/**
 * Whether VS Code's own command takes something other than the first word, such as only the space before it, or may take the last
 * word, after which it asks for no next suggestion.
 */
export function differsFromVsCode(text: string): boolean {
  return /^[^\S\n]+\S/.test(text) || /^\S+$/.test(text) || startsUnspaced(text) || startsWithPair(text);
}
