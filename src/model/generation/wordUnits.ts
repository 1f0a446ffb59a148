/** Words as the reader sees them, by `Intl.Segmenter` (UAX #29, with dictionaries for scripts without spaces). */

const words = new Intl.Segmenter(undefined, { granularity: 'word' });
const isBlank = (text: string) => /^\s*$/u.test(text);
const contextOf = (before: string) => /\S*$/u.exec(before.slice(-48))![0];
/** Whether a text ends with a backslash that begins a command or an escape, rather than with a pair of them, which is one. */
const beginsEscape = (text: string) => /\\*$/.exec(text)![0].length % 2 === 1;

/** The dash and the ellipsis of Chinese are two of these each: —— and ……. */
const DOUBLED = /^[—…]$/;

/**
 * Where `text`, standing after `before`, may be cut: after each word and each other sign, such as a punctuation mark. White
 * space belongs to what follows it, and so does a backslash; a dash or an ellipsis is one sign, however long. Ascending lengths; the
 * last is that of the text without white space at its end.
 */
export function wordEnds(before: string, text: string): number[] {
  const context = contextOf(before);
  const lastEnd = text.trimEnd().length;
  const ends: number[] = [];
  let end = -context.length;
  for (const { segment } of words.segment(context + text)) {
    end += segment.length;
    // A narrow no-break space belongs to the word before it by UAX #29, as between the digits of a number.
    const wordEnd = end - segment.length + segment.trimEnd().length;
    const isHalf =
      end !== lastEnd &&
      ((segment.endsWith('\\') && beginsEscape(context + text.slice(0, end))) ||
        (DOUBLED.test(segment) && text.charAt(end) === segment));
    if (wordEnd > 0 && !isBlank(segment) && !isHalf) {
      ends.push(wordEnd);
    }
  }
  return ends;
}

/** A text that stands after `before`, without a backslash at its end that begins a command or an escape. */
export const withoutHalfEscape = (before: string, text: string): string =>
  text.endsWith('\\') && beginsEscape(contextOf(before) + text) ? text.slice(0, -1) : text;

/** The part of a suggestion that accepting one word takes; also one word in a script without spaces. */
export function firstWord(before: string, text: string): string {
  return text.slice(0, wordEnds(before, text)[0] ?? text.length);
}
