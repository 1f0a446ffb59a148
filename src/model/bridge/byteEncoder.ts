import { wholeCharacters } from '../characterBounds';
import { isEqual } from '../commonPrefix';
import type { PrefixIndex } from '../tokenizer/prefixIndex';
import type { Encoding } from './foreignModel';

const NO_BYTES = new Uint8Array();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Makes an encoder of bytes from one of text. An incomplete character at the end is encoded by the longest tokens that fit. The
 * first of them may include the token before it, since byte-pair encodings have tokens such as a space with the first two bytes of
 * a quotation mark.
 * @param encodeText token ids of a text; where their bytes do not add up to the text, the encoder returns null
 * @param index of the tokens
 */
export function byteEncoder(
  encodeText: (text: string) => ArrayLike<number>,
  index: PrefixIndex,
): (bytes: Uint8Array) => Encoding | null {
  return (bytes) => {
    const whole = wholeCharacters(bytes);
    const ids = encodeText(textOf(bytes, whole));
    const ends = new Int32Array(ids.length);
    let end = 0;
    for (let i = 0; i < ids.length; i++) {
      const token = index.tokens[ids[i]] ?? NO_BYTES;
      for (let at = 0; at < token.length; at++) {
        if (token[at] !== bytes[end + at]) {
          return null;
        }
      }
      end += token.length;
      ends[i] = end;
    }
    if (end !== whole) {
      return null;
    }
    const encoding = { ids, ends };
    return whole === bytes.length ? encoding : withBrokenCharacter(encoding, bytes, index);
  };
}

/** @param encoding of the whole characters */
function withBrokenCharacter(encoding: Encoding, bytes: Uint8Array, index: PrefixIndex): Encoding | null {
  const ids = Array.from(encoding.ids);
  const ends = Array.from(encoding.ends);
  // A byte-pair encoding merges the last token with part of the character if there is such a token.
  const start = ends.at(-2) ?? 0;
  const joined = ids.length > 0 ? index.longestAt(bytes, start) : null;
  if (joined !== null && start + index.tokens[joined]!.length > ends.at(-1)!) {
    ids.pop();
    ends.pop();
  }
  return withLongest(ids, ends, bytes, index);
}

/** Goes on from the last of these tokens by the longest that fit, one after the other; null where none does. */
export function withLongest(
  ids: number[],
  ends: number[],
  bytes: Uint8Array,
  index: PrefixIndex,
): Encoding | null {
  for (let end = ends.at(-1) ?? 0; end < bytes.length;) {
    const id = index.longestAt(bytes, end);
    if (id === null) {
      return null;
    }
    end += index.tokens[id]!.length;
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

/** UTF-8 bytes of a text without lone surrogates; many times faster than TextEncoder on the few characters of a token. */
export function utf8Length(text: string): number {
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    // Each half of a surrogate pair counts two.
    length += unit < 0x80 ? 1 : unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 2 : 3;
  }
  return length;
}

export interface PossibleEncoding {
  readonly encoding: Encoding;
  /** Whether the bytes are encoded so only if a letter follows. */
  readonly expectsLetter: boolean;
}

const LETTER = 0x61;
/** An apostrophe, a backslash, white space, and bytes outside ASCII, which include the typographic apostrophe. */
const mayLookAhead = (byte: number) => byte === 0x27 || byte === 0x5c || byte <= 0x20 || byte >= 0x80;

/**
 * The encodings that a stretch may have, with a boundary at its end: its own, and possibly another if a letter follows, since some
 * rules that split a text before encoding look ahead: `don'` before `t`, or two line breaks, which GPT-2's rule splits before a word.
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
    if (count > 0 && (own === null || !isEqual(ids, own.ids))) {
      const ends = Array.from(before!.ends).slice(0, count);
      encodings.push({ encoding: { ids, ends }, expectsLetter: true });
    }
  }
  return encodings;
}

/** A few bytes as a string with one UTF-16 unit per byte. */
export function latin1(bytes: Uint8Array): string {
  return String.fromCharCode.apply(null, bytes as unknown as number[]);
}

export function concatBytes(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}
