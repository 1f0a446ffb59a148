import { seededRandom } from '../../../../src/model/generation/seededRandom';
import { networkTensorShapes, type NetworkConfig } from '../../../../src/model/networkConfig';

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
