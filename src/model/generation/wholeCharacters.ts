/** Decodes the bytes of tokens to text that never ends inside a character. */

/** Text decoded so far and the bytes (0 to 3) of a character that is not complete yet. */
export interface DecodedText {
  readonly text: string;
  readonly pending: Uint8Array;
}

export const NOTHING_DECODED: DecodedText = { text: '', pending: new Uint8Array() };

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text with more bytes after it; null when they cannot continue it as UTF-8. */
export function appendBytes(decoded: DecodedText, bytes: Uint8Array): DecodedText | null {
  const all = new Uint8Array(decoded.pending.length + bytes.length);
  all.set(decoded.pending);
  all.set(bytes, decoded.pending.length);
  const whole = all.length - unfinishedBytes(all);
  try {
    return { text: decoded.text + utf8.decode(all.subarray(0, whole)), pending: all.slice(whole) };
  } catch (error) {
    if (error instanceof TypeError) {
      return null;
    }
    throw error;
  }
}

/** Number of bytes at the end that begin an incomplete character; 0 when none do. */
function unfinishedBytes(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back];
    if (byte >= 0xc2 && byte <= 0xf4) {
      const size = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
      return size > back && isPossibleStart(bytes.subarray(bytes.length - back)) ? back : 0;
    }
    if (byte < 0x80 || byte >= 0xc0) {
      return 0;
    }
  }
  return 0;
}

/** The second byte's narrower ranges (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF. */
function isPossibleStart(bytes: Uint8Array): boolean {
  if (bytes.length < 2) {
    return true;
  }
  const [first, second] = bytes;
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  return second >= low && second <= high;
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
