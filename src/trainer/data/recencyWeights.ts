/** Text that the user works on now says more of what they will write next than text that has lain still for long. */

/** A file as much older than the newest one has half of that one's advantage. */
const HALF_LIFE_MILLISECONDS = 30 * 24 * 3600 * 1000;
/** Below this ratio of the largest weight to the smallest, as where all files were copied at once, age tells nothing. */
const SMALLEST_RATIO = 1.05;

/**
 * How often each text is read against others, from 1 for an old one to 2 for the newest; null where all are of one age.
 * @param modified when each text's file was last changed, milliseconds since 1970
 */
export function recencyWeights(modified: readonly number[]): number[] | null {
  const newest = modified.reduce((latest, time) => Math.max(latest, time), -Infinity);
  const weights = modified.map((time) => 1 + 2 ** (-(newest - time) / HALF_LIFE_MILLISECONDS));
  return weights.some((weight) => 2 > SMALLEST_RATIO * weight) ? weights : null;
}
