/** One word of a suggestion, also in scripts that put no spaces between words. */

/** Han, Kana, Thai, Lao, Khmer and Myanmar letters. */
const UNSPACED =
  /^\s*[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' });

/** White space at the start, and the word or mark that follows it; never empty unless `text` is. */
export function firstWord(text: string): string {
  const space = /^\s*/u.exec(text)![0];
  for (const { segment } of segmenter.segment(text.slice(space.length))) {
    return space + segment;
  }
  return space;
}

/** Whether the text starts in a script without spaces, where VS Code's own command takes a whole run of characters. */
export function startsUnspaced(text: string): boolean {
  return UNSPACED.test(text);
}

/** Whether the first word has a character of two code units, such as an emoji, behind which VS Code's own command misplaces the cursor. */
export function startsWithPair(text: string): boolean {
  return /[\ud800-\udbff]/.test(firstWord(text));
}

/**
 * Whether VS Code's own command takes something other than the first word, such as only the space before it, or may take the last
 * word, after which it asks for no next suggestion.
 */
export function differsFromVsCode(text: string): boolean {
  return /^[^\S\n]+\S/.test(text) || /^\S+$/.test(text) || startsUnspaced(text) || startsWithPair(text);
}
