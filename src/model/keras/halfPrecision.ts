const SMALLEST_SUBNORMAL = 2 ** -24;

/** Floats of 16 bits (binary16 of IEEE 754), given by their bits, as the same numbers in 32 bits. */
export function floatsOfHalves(halves: Uint16Array): Float32Array {
  const floats = new Float32Array(halves.length);
  const bits = new Uint32Array(floats.buffer);
  for (const [i, half] of halves.entries()) {
    const sign = half & 0x8000;
    const exponent = (half >> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 0) {
      floats[i] = (sign === 0 ? 1 : -1) * fraction * SMALLEST_SUBNORMAL;
    } else {
      // The biases of the exponents differ by 112; the highest exponent stands for infinities and NaN in both.
      bits[i] = (sign << 16) | ((exponent === 0x1f ? 0xff : exponent + 112) << 23) | (fraction << 13);
    }
  }
  return floats;
}
