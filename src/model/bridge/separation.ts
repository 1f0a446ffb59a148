const isSpace = (byte: number) => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);

/** Whether white space or a line begins between two bytes. No token of a vocabulary in use crosses such a place. */
export const separates = (before: number, after: number): boolean =>
  isSpace(after) ? !isSpace(before) : before === 0x0a;

/** The last place before the end at which {@link separates}; 0 when there is none. */
export function lastSeparation(bytes: Uint8Array): number {
  for (let at = bytes.length - 1; at > 0; at--) {
    if (separates(bytes[at - 1], bytes[at])) {
      return at;
    }
  }
  return 0;
}
