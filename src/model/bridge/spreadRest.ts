/**
 * Completes the few log-probabilities that a server tells: what they leave of one is spread over all other tokens, alike or as
 * `unigrams` says.
 * @param probs written [vocabSize]; sums to one
 * @param logProbs natural logarithms by place in `ids`; repeated tokens add up
 * @param unigrams [vocabSize], not negative; need not sum to one
 */
export function spreadRest(
  probs: Float32Array,
  ids: ArrayLike<number>,
  logProbs: ArrayLike<number>,
  unigrams?: Float32Array,
): void {
  probs.fill(0);
  let told = 0;
  for (let i = 0; i < ids.length; i++) {
    const probability = Math.exp(logProbs[i]);
    if (ids[i] >= 0 && ids[i] < probs.length && probability > 0 && probability < Infinity) {
      probs[ids[i]] += probability;
      told += probability;
    }
  }
  // Rounding at the server may leave a sum above one, and then there is no rest.
  const scale = told > 1 ? 1 / told : 1;
  let others = 0;
  for (let id = 0; id < probs.length; id++) {
    others += probs[id] > 0 ? 0 : (unigrams?.[id] ?? 1);
  }
  const rest = others > 0 ? Math.max(0, 1 - told) / others : 0;
  const whole = others > 0 || told === 0 ? scale : 1 / told;
  for (let id = 0; id < probs.length; id++) {
    probs[id] = probs[id] > 0 ? probs[id] * whole : rest * (unigrams?.[id] ?? 1);
  }
}
