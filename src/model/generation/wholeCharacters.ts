/** Decodes the bytes of tokens to text that never ends inside a character. */
import { wholeCharacters } from '../characterBounds';

/** Text decoded so far and the bytes (0 to 3) of a character that is not complete yet. */
export interface DecodedText {
  readonly text: string;
  readonly pending: Uint8Array;
}

export const NOTHING_DECODED: DecodedText = { text: '', pending: new Uint8Array() };

const FATAL = { fatal: true, ignoreBOM: true };
const utf8 = new TextDecoder('utf-8', FATAL);

/** The text with more bytes after it; null when they cannot continue it as UTF-8. */
export function appendBytes(decoded: DecodedText, bytes: Uint8Array): DecodedText | null {
  const all = new Uint8Array(decoded.pending.length + bytes.length);
  all.set(decoded.pending);
  all.set(bytes, decoded.pending.length);
  const whole = wholeCharacters(all);
  const pending = all.slice(whole);
  try {
    if (pending.length > 0) {
      // Throws where no character begins so; a decoder of its own, as it keeps what may yet become one.
      new TextDecoder('utf-8', FATAL).decode(pending, { stream: true });
    }
    return { text: decoded.text + utf8.decode(all.subarray(0, whole)), pending };
  } catch (error) {
    if (error instanceof TypeError) {
      return null;
    }
    throw error;
  }
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
/** UTF-16 units searched back for the start of the last character; real text has none longer. */
const MAX_GRAPHEME = 32;

/**
 * The longest beginning of `text` that ends where a user-perceived character does when it stands after `before`:
 * no joiner without its second half, no half of a flag.
 */
export function withoutHalfGrapheme(before: string, text: string): string {
  let whole = text.replace(/\u200d+$/u, '');
  while (/^\p{Regional_Indicator}$/u.test(lastGrapheme(before, whole))) {
    whole = whole.slice(0, -2).replace(/\u200d+$/u, '');
  }
  return whole;
}

/** Length of `text` without its last character, which what comes next may extend; an ASCII character is kept. */
export function wholeLengthWhileGrowing(before: string, text: string): number {
  const settled = text.slice(0, Math.max(0, text.length - lastGrapheme(before, text).length));
  return withoutHalfGrapheme(before, settled).length;
}

/** Empty when `text` is empty or ends in an ASCII character, the usual case, which needs no search. */
function lastGrapheme(before: string, text: string): string {
  if (text === '' || text.charCodeAt(text.length - 1) < 0x80) {
    return '';
  }
  let last = '';
  for (const { segment } of graphemes.segment((before + text).slice(-MAX_GRAPHEME))) {
    last = segment;
  }
  return last;
}
