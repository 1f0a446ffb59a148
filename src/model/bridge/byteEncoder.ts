import type { Encoding } from './foreignModel';
import type { PrefixIndex } from './prefixIndex';

const LARGEST_MEMORY = 1 << 13;
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Makes an encoder of bytes from one of text. Bytes at the end that are only the beginning of a character become the longest
 * tokens that there are, the first of them with what stands before it, since byte-pair encodings have tokens such as a space with
 * the first two bytes of a quotation mark.
 * @param encodeText token ids of a text whose bytes, put together, are the text; others give null
 */
export function byteEncoder(
  encodeText: (text: string) => ArrayLike<number>,
  tokenBytes: (id: number) => Uint8Array | null,
  index: PrefixIndex,
): (bytes: Uint8Array) => Encoding | null {
  const memory = new Map<string, Encoding | null>();
  return (bytes) => {
    const key = latin1(bytes);
    let encoding = memory.get(key);
    if (encoding === undefined) {
      encoding = encode(bytes, encodeText, tokenBytes, index);
      if (memory.size === LARGEST_MEMORY) {
        memory.clear();
      }
      memory.set(key, encoding);
    }
    return encoding;
  };
}

function encode(
  bytes: Uint8Array,
  encodeText: (text: string) => ArrayLike<number>,
  tokenBytes: (id: number) => Uint8Array | null,
  index: PrefixIndex,
): Encoding | null {
  const whole = wholeCharacters(bytes);
  const text = decoder.decode(bytes.subarray(0, whole));
  const ids = Array.from(encodeText(text));
  const ends: number[] = [];
  let end = 0;
  for (const id of ids) {
    const token = tokenBytes(id);
    for (let i = 0; i < (token?.length ?? 0); i++) {
      if (token![i] !== bytes[end + i]) {
        return null;
      }
    }
    end += token?.length ?? 0;
    ends.push(end);
  }
  if (end !== whole) {
    return null;
  }
  if (whole < bytes.length) {
    // A token that joins the last one with a part of the character is what a byte-pair encoding makes of them.
    const start = ends.length > 1 ? ends[ends.length - 2] : 0;
    const joined = ids.length > 0 ? index.longestAt(bytes, start, bytes.length) : null;
    if (joined !== null && start + tokenBytes(joined)!.length > whole) {
      end = start + tokenBytes(joined)!.length;
      ids[ids.length - 1] = joined;
      ends[ends.length - 1] = end;
    }
  }
  while (end < bytes.length) {
    const id = index.longestAt(bytes, end, bytes.length);
    if (id === null) {
      return null;
    }
    end += tokenBytes(id)!.length;
    ids.push(id);
    ends.push(end);
  }
  return { ids, ends };
}

/** Length of the bytes without the character that is begun at their end. */
export function wholeCharacters(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back];
    if ((byte & 0xc0) !== 0x80) {
      const size = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
      return size > back ? bytes.length - back : bytes.length;
    }
  }
  return bytes.length;
}

const LETTER = 0x61;
/** An apostrophe, a backslash, white space, and bytes outside ASCII, among them the other apostrophe. */
const mayLookAhead = (byte: number) => byte === 0x27 || byte === 0x5c || byte <= 0x20 || byte >= 0x80;

/**
 * The encodings that a stretch may have, with a boundary at its end: its own, and another where a letter follows, since some rules
 * that cut a text before it is encoded look ahead: `don'` before `t`, or two line breaks, which GPT-2's rule parts before a word.
 */
export function encodingsOf(
  encode: (bytes: Uint8Array) => Encoding | null,
  bytes: Uint8Array,
): { readonly encoding: Encoding; readonly expectsLetter: boolean }[] {
  const own = encode(bytes);
  const encodings = own === null ? [] : [{ encoding: own, expectsLetter: false }];
  if (bytes.length > 0 && mayLookAhead(bytes[bytes.length - 1])) {
    const before = encode(concatBytes(bytes, Uint8Array.of(LETTER)));
    const count = Array.from(before?.ends ?? []).indexOf(bytes.length) + 1;
    const ids = Array.from(before?.ids ?? []).slice(0, count);
    if (count > 0 && (ids.length !== own?.ids.length || ids.some((id, i) => own.ids[i] !== id))) {
      const ends = Array.from(before!.ends).slice(0, count);
      encodings.push({ encoding: { ids, ends }, expectsLetter: true });
    }
  }
  return encodings;
}

/** The bytes as a string of as many UTF-16 units, for a key. */
export function latin1(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i++) {
    text += String.fromCharCode(bytes[i]);
  }
  return text;
}

export function concatBytes(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}
