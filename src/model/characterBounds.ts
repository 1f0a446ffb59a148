/** Where the characters of a UTF-8 text begin. */

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
