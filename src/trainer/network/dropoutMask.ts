/** Dropout masks, drawn here and not by a backend, so that one seed gives the same training on every engine. */

/**
 * Inverted dropout: each of `length` values is 0 with probability `rate`, else 1 / (1 − rate).
 * @param rate at least 0, below 1
 */
export function dropoutMask(bits: () => number, length: number, rate: number): Float32Array {
  const mask = new Float32Array(length);
  const kept = 1 / (1 - rate);
  const threshold = Math.round(rate * 0x10000);
  for (let i = 0; i < length; i += 2) {
    const drawn = bits();
    mask[i] = (drawn & 0xffff) < threshold ? 0 : kept;
    if (i + 1 < length) {
      mask[i + 1] = drawn >>> 16 < threshold ? 0 : kept;
    }
  }
  return mask;
}
