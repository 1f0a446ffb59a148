const WARM_UP_SHARE = 0.05;
const FINAL_SHARE = 0.02;

/**
 * Linear warm-up, then cosine decay (Loshchilov & Hutter, arXiv 1608.03983) to a small share of the peak.
 * @param progress 0 to 1, of the budget
 */
export function learningRateAt(progress: number, peak: number): number {
  if (progress < WARM_UP_SHARE) {
    // Never quite zero, so that the first step counts as well.
    return peak * Math.max(progress / WARM_UP_SHARE, 0.05);
  }
  const decay = Math.min((progress - WARM_UP_SHARE) / (1 - WARM_UP_SHARE), 1);
  return peak * (FINAL_SHARE + (1 - FINAL_SHARE) * 0.5 * (1 + Math.cos(Math.PI * decay)));
}
