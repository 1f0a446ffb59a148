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

type SamplerOptions = Pick<
  SamplingOptions,
  'repetitionPenalty' | 'temperature' | 'topK' | 'topP' | 'minP' | 'greedy'
>;

/** Applies the stages, in the order of {@link SamplingOptions}, to `probs` in place. */
function shapeDistribution(probs: Float32Array, repeated: Iterable<number>, options: SamplerOptions): void {
  penalizeRepetition(probs, repeated, options.repetitionPenalty);
  if (!options.greedy) {
    applyTemperature(probs, options.temperature);
    keepTopK(probs, options.topK);
    keepNucleus(probs, options.topP);
    dropBelowMinP(probs, options.minP);
  }
}

/**
 * Chooses an entry of `probs`, a distribution that is changed in place.
 * @param repeated entries that occur in the recent text
 * @param random uniform in [0, 1)
 */
export function sample(
  probs: Float32Array,
  repeated: Iterable<number>,
  options: SamplerOptions,
  random: () => number,
): number {
  shapeDistribution(probs, repeated, options);
  return options.greedy ? indexOfLargest(probs) : drawIndex(probs, random);
}
