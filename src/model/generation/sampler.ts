import type { SamplingOptions } from '../samplingOptions';
import {
  applyTemperature,
  drawIndex,
  dropBelowMinP,
  indexOfLargest,
  keepNucleus,
  keepTopK,
  penalizeRepetition,
} from './samplerStages';

/**
 * Chooses an entry of `probs`, a distribution that the stages change in place, in the order of {@link SamplingOptions}.
 * @param repeated entries that occur in the recent text
 * @param random uniform in [0, 1)
 */
export function sample(
  probs: Float32Array,
  repeated: Iterable<number>,
  options: SamplingOptions,
  random: () => number,
): number {
  penalizeRepetition(probs, repeated, options.repetitionPenalty);
  if (options.greedy) {
    return indexOfLargest(probs);
  }
  applyTemperature(probs, options.temperature);
  keepTopK(probs, options.topK);
  keepNucleus(probs, options.topP);
  dropBelowMinP(probs, options.minP);
  return drawIndex(probs, random);
}
