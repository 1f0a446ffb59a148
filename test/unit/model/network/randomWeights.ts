import { networkTensorShapes, type NetworkConfig } from '../../../../src/model/networkConfig';

/** A small deterministic generator of numbers in [0, 1) (mulberry32), so that a failing test fails again. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Weights for a blueprint, uniform in a range that keeps the gates away from saturation. */
export function randomWeights(config: NetworkConfig, seed: number): Map<string, Float32Array> {
  const random = seededRandom(seed);
  const weights = new Map<string, Float32Array>();
  for (const [name, shape] of networkTensorShapes(config)) {
    const columns = shape[1] ?? 1;
    const limit = shape.length === 1 ? 0.5 : Math.sqrt(6 / (columns + 4));
    const length = shape.reduce((product, size) => product * size, 1);
    weights.set(
      name,
      Float32Array.from({ length }, () => (2 * random() - 1) * limit),
    );
  }
  return weights;
}
