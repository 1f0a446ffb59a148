import { seededRandom } from '../../model/generation/seededRandom';

/** 0 to count - 1 in an order drawn from the seed (Fisher and Yates). */
export function shuffledIndices(count: number, seed: number): Uint32Array {
  const random = seededRandom(seed);
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
