/** Finds the part of a long text that was cut out of it, after both may have been edited. */

/** Tokens by which an end of the part is found. */
const ANCHOR = 32;
/** Tokens at an end that may differ, as the cut may have gone through a word. */
const CUT = 8;

/**
 * Where in `tokens` the text from the beginning of `above` to the end of `below` stands: [from, to). Where an end is not found, as it
 * was edited, the part reaches to the end of `tokens` there; where one is found more than once, as far as it can.
 */
export function partAround(
  tokens: Uint16Array,
  above: Uint16Array,
  below: Uint16Array,
): readonly [from: number, to: number] {
  const text = asText(tokens);
  const head = above.subarray(CUT, CUT + ANCHOR);
  const foundHead = head.length < ANCHOR ? -1 : text.indexOf(asText(head));
  const from = foundHead < 0 ? 0 : Math.max(0, foundHead - CUT);
  const end = below.length - CUT;
  const tail = below.subarray(Math.max(0, end - ANCHOR), Math.max(0, end));
  const foundTail = tail.length < ANCHOR ? -1 : text.lastIndexOf(asText(tail));
  const to = foundTail < from ? tokens.length : Math.min(tokens.length, foundTail + ANCHOR + CUT);
  return [from, to];
}

/** Each token as a UTF-16 unit, so that the platform finds a part; halves of surrogate pairs are kept as they are. */
const asText = ({ buffer, byteOffset, byteLength }: Uint16Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString('utf16le');
