/** Words as the reader sees them, by `Intl.Segmenter` (UAX #29, with dictionaries for scripts without spaces). */

const words = new Intl.Segmenter(undefined, { granularity: 'word' });
const isBlank = (text: string) => /^\s*$/u.test(text);

/**
 * Where `text`, standing after `before`, may be cut: after each word and each other sign, such as a punctuation mark. White
 * space belongs to what follows it. Ascending lengths; the last is that of the text without white space at its end.
 */
export function wordEnds(before: string, text: string): number[] {
  const context = /\S*$/u.exec(before.slice(-48))![0];
  const ends: number[] = [];
  let end = -context.length;
  for (const { segment } of words.segment(context + text)) {
    end += segment.length;
    if (end > 0 && !isBlank(segment)) {
      ends.push(end);
    }
  }
  return ends;
}

/** The part of a suggestion that accepting one word takes; also one word in a script without spaces. */
export function firstWord(before: string, text: string): string {
  return text.slice(0, wordEnds(before, text)[0] ?? text.length);
}
