/** A prediction's stated probability, and whether it came true. */
export interface Judged {
  readonly probability: number;
  readonly wasRight: boolean;
}

const BINS = 10;

/**
 * Expected calibration error: how far stated probabilities are from frequencies, averaged over ten bins of equal width, weighted by
 * their counts (Naeini, Cooper and Hauskrecht 2015). 0 to 1; 0 without outcomes. Few outcomes look worse than they
 * are: for 300 that are perfectly calibrated it is still about 0.05.
 */
export function calibrationError(judged: readonly Judged[]): number {
  const gaps = new Float64Array(BINS);
  for (const { probability, wasRight } of judged) {
    gaps[Math.min(BINS - 1, Math.floor(probability * BINS))] += probability - (wasRight ? 1 : 0);
  }
  return judged.length === 0 ? 0 : gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / judged.length;
}
