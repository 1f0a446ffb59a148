/** Where the characters of a UTF-8 text begin and end. */

/** Whether a character begins, or the bytes end, at a place. */
export const beginsCharacter = (bytes: Uint8Array, at: number): boolean =>
  at >= bytes.length || (bytes[at] & 0xc0) !== 0x80;

/** The first place at or after `at` where a character begins; the end where none does. */
export function nextCharacter(bytes: Uint8Array, at: number): number {
  let next = at;
  while (!beginsCharacter(bytes, next)) {
    next++;
  }
  return next;
}

/** Length of the bytes without an incomplete character at their end. */
export function wholeCharacters(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const start = bytes.length - back;
    if (beginsCharacter(bytes, start)) {
      const byte = bytes[start];
      const size = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
      return size > back ? start : bytes.length;
    }
  }
  return bytes.length;
}

/** Whether bytes are the beginning of one character that goes on. */
export const isHalfCharacter = (bytes: Uint8Array): boolean =>
  bytes[0] >= 0xc0 && wholeCharacters(bytes) === 0;
