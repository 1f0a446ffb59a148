/** Where to cut a file of which only the beginning was read, before its encoding is known. */
import { wholeCharacters } from '../../model/characterBounds';

const LINE_FEED = 0x0a;

/** @returns bytes up to the end of the last line that ends, or up to the end of the last character where none does */
export function wholeLinesLength(bytes: Uint8Array): number {
  if (isWide(bytes)) {
    return wideLength(bytes);
  }
  const lineEnd = bytes.lastIndexOf(LINE_FEED);
  // Assumes UTF-8: in an old encoding a character may be lost here, which decoding tolerates.
  return lineEnd < 0 ? wholeCharacters(bytes) : lineEnd + 1;
}

/** UTF-16 or UTF-32, whose line ends hold zero bytes; of other files only binary ones hold any. */
function isWide(bytes: Uint8Array): boolean {
  const [first, second] = bytes;
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff) || bytes.includes(0);
}

/** Looks for both byte orders at once: the bytes of a line end in one are no character in the other. */
function wideLength(bytes: Uint8Array): number {
  const length = bytes.length - (bytes.length % 2);
  for (let i = length - 2; i >= 0; i -= 2) {
    const [one, other] = [bytes[i], bytes[i + 1]];
    if ((one === LINE_FEED && other === 0) || (one === 0 && other === LINE_FEED)) {
      return i + 2;
    }
  }
  const endsInHighSurrogate = [bytes[length - 2], bytes[length - 1]].some((byte) => (byte & 0xfc) === 0xd8);
  return endsInHighSurrogate ? length - 2 : length;
}
