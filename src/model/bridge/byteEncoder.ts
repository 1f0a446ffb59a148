import type { Encoding } from './foreignModel';
import type { PrefixIndex } from './prefixIndex';

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
  return (bytes) => {
    const whole = wholeCharacters(bytes);
    const ids = encodeText(textOf(bytes, whole));
    const ends = new Int32Array(ids.length);
    let end = 0;
    for (let i = 0; i < ids.length; i++) {
      const token = tokenBytes(ids[i]);
      for (let at = 0; at < (token?.length ?? 0); at++) {
        if (token![at] !== bytes[end + at]) {
          return null;
        }
      }
      end += token?.length ?? 0;
      ends[i] = end;
    }
    if (end !== whole) {
      return null;
    }
    const encoding = { ids, ends };
    return whole === bytes.length ? encoding : withBrokenCharacter(encoding, bytes, tokenBytes, index);
  };
}

/** @param encoding of the whole characters */
function withBrokenCharacter(
  encoding: Encoding,
  bytes: Uint8Array,
  tokenBytes: (id: number) => Uint8Array | null,
  index: PrefixIndex,
): Encoding | null {
  const ids = Array.from(encoding.ids);
  const ends = Array.from(encoding.ends);
  let end = ends.at(-1) ?? 0;
  const whole = end;
  // A token that joins the last one with a part of the character is what a byte-pair encoding makes of them.
  const start = ends.at(-2) ?? 0;
  const joined = ids.length > 0 ? index.longestAt(bytes, start, bytes.length) : null;
  if (joined !== null && start + tokenBytes(joined)!.length > whole) {
    end = start + tokenBytes(joined)!.length;
    ids[ids.length - 1] = joined;
    ends[ends.length - 1] = end;
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

/** The first `length` bytes, which are whole characters, as text. */
function textOf(bytes: Uint8Array, length: number): string {
  for (let i = 0; i < length; i++) {
    if (bytes[i] >= 0x80) {
      return decoder.decode(bytes.subarray(0, length));
    }
  }
  return latin1(length === bytes.length ? bytes : bytes.subarray(0, length));
}

/** UTF-8 bytes of a text without lone surrogates; for the few characters of a token, TextEncoder takes many times as long. */
export function utf8Length(text: string): number {
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    // Each half of a pair counts two.
    length += unit < 0x80 ? 1 : unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 2 : 3;
  }
  return length;
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

export interface PossibleEncoding {
  readonly encoding: Encoding;
  /** Whether it is one only if a letter follows. */
  readonly expectsLetter: boolean;
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
): PossibleEncoding[] {
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

/** A few bytes as a string of as many UTF-16 units, for a key. */
export function latin1(bytes: Uint8Array): string {
  return String.fromCharCode.apply(null, bytes as unknown as number[]);
}

export function concatBytes(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}
