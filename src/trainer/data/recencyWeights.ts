/** Recently edited text predicts what the user writes next better than text that has not changed for long. */

/** A file this much older than the newest one has half of its advantage. */
const HALF_LIFE_MILLISECONDS = 30 * 24 * 3600 * 1000;
/** Below this ratio of largest to smallest weight age says nothing, as where all files were copied at once. */
const SMALLEST_RATIO = 1.05;

/**
 * How often each text is read against others, from 1 for an old one to 2 for the newest; null where all are of one age.
 * @param modified when each text's file was last changed, milliseconds since 1970
 * @param now in the same unit. A file dated later, as by a wrong clock or an archive, counts as changed now; otherwise it would
 * make all others old
 */
export function recencyWeights(modified: readonly number[], now: number): number[] | null {
  const times = modified.map((time) => Math.min(time, now));
  const newest = times.reduce((latest, time) => Math.max(latest, time), -Infinity);
  const weights = times.map((time) => 1 + 2 ** (-(newest - time) / HALF_LIFE_MILLISECONDS));
  return weights.some((weight) => 2 > SMALLEST_RATIO * weight) ? weights : null;
}
