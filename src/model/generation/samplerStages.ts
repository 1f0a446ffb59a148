/**
 * The stages between a distribution and a draw from it. Each changes `probs` in place, keeps its sum at one and
 * leaves at least the most likely entry; a value that is "off" changes nothing.
 */

/** Divides the probability of each of the `repeated` entries once by `penalty`, which is at least 1 (off). */
export function penalizeRepetition(probs: Float32Array, repeated: Iterable<number>, penalty: number): void {
  if (penalty === 1) {
    return;
  }
  for (const index of new Set(repeated)) {
    probs[index] /= penalty;
  }
  normalize(probs);
}

/** Sets an entry to zero and normalises the rest. False when no other entry is above zero; then `probs` sums to zero. */
export function suppress(probs: Float32Array, index: number): boolean {
  probs[index] = 0;
  if (!probs.some((p) => p > 0)) {
    return false;
  }
  normalize(probs);
  return true;
}

/** p^(1/T), normalised: below 1 sharpens, above 1 flattens, 1 is off. */
export function applyTemperature(probs: Float32Array, temperature: number): void {
  if (temperature === 1) {
    return;
  }
  const largest = probs[indexOfLargest(probs)];
  for (let i = 0; i < probs.length; i++) {
    // Relative to the largest, so that no temperature underflows all of them.
    probs[i] = (probs[i] / largest) ** (1 / temperature);
  }
  normalize(probs);
}

/** Keeps the k most likely entries, the lower index first among equals; 0 is off. */
export function keepTopK(probs: Float32Array, k: number): void {
  if (k === 0) {
    return;
  }
  keepOnly(probs, mostLikelyFirst(probs).subarray(0, k));
}

/** Keeps the fewest of the most likely entries whose probabilities sum to at least `topP` (Holtzman et al., arXiv 1904.09751); 1 is off. */
export function keepNucleus(probs: Float32Array, topP: number): void {
  if (topP >= 1) {
    return;
  }
  const order = mostLikelyFirst(probs);
  let sum = 0;
  let count = 0;
  while (count < order.length && (count === 0 || sum < topP)) {
    sum += probs[order[count]];
    count++;
  }
  keepOnly(probs, order.subarray(0, count));
}

/** Drops entries below the share `minP` of the most likely one (Nguyen et al., arXiv 2407.01082); 0 is off. */
export function dropBelowMinP(probs: Float32Array, minP: number): void {
  if (minP === 0) {
    return;
  }
  const threshold = minP * probs[indexOfLargest(probs)];
  for (let i = 0; i < probs.length; i++) {
    if (probs[i] < threshold) {
      probs[i] = 0;
    }
  }
  normalize(probs);
}

/** The index that `random`, uniform in [0, 1), falls on; never one of probability zero. */
export function drawIndex(probs: Float32Array, random: () => number): number {
  let rest = random();
  let last = 0;
  for (let i = 0; i < probs.length; i++) {
    if (probs[i] > 0) {
      last = i;
      rest -= probs[i];
      if (rest < 0) {
        return i;
      }
    }
  }
  // Rounding left the sum a little below one.
  return last;
}

export function indexOfLargest(probs: Float32Array): number {
  let best = 0;
  for (let i = 1; i < probs.length; i++) {
    if (probs[i] > probs[best]) {
      best = i;
    }
  }
  return best;
}

/** Indices of the `count` largest values, largest first, the lower index first among equals; `count` is small. */
export function mostLikely(probs: Float32Array, count: number): number[] {
  const top: number[] = [];
  for (let i = 0; i < probs.length; i++) {
    if (top.length === count && probs[i] <= probs[top[count - 1]]) {
      continue;
    }
    let at = top.length;
    while (at > 0 && probs[i] > probs[top[at - 1]]) {
      at--;
    }
    top.splice(at, 0, i);
    if (top.length > count) {
      top.pop();
    }
  }
  return top;
}

/** Divides by the sum; a RangeError when nothing is left to divide. */
export function normalize(probs: Float32Array): void {
  let sum = 0;
  for (let i = 0; i < probs.length; i++) {
    sum += probs[i];
  }
  if (!(sum > 0)) {
    throw new RangeError('A distribution needs at least one entry above zero.');
  }
  for (let i = 0; i < probs.length; i++) {
    probs[i] /= sum;
  }
}

function mostLikelyFirst(probs: Float32Array): Uint32Array {
  const order: number[] = [];
  for (let i = 0; i < probs.length; i++) {
    if (probs[i] > 0) {
      order.push(i);
    }
  }
  return Uint32Array.from(order.sort((a, b) => probs[b] - probs[a]));
}

function keepOnly(probs: Float32Array, kept: Uint32Array): void {
  const values = Float32Array.from(kept, (index) => probs[index]);
  probs.fill(0);
  kept.forEach((index, i) => {
    probs[index] = values[i];
  });
  normalize(probs);
}
