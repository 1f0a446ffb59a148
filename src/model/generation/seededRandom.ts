/** 32 random bits a call, 0 to 2³² − 1, from a seed: mulberry32 (T. Ettinger, public domain). */
export function randomBits(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return (bits ^ (bits >>> 14)) >>> 0;
  };
}

/** Uniform numbers in [0, 1) from a seed. */
export function seededRandom(seed: number): () => number {
  const bits = randomBits(seed);
  return () => bits() / 2 ** 32;
}
