const MOST_DROPOUT = 0.5;

/**
 * What is read for the first time cannot have been learned by heart, and there dropout only costs; what is read again and again
 * is, the less the more is dropped (bench/README.md).
 * @param epochs passes over the text so far, e.g. 1.25
 * @param perPass 0 to 1
 */
export function dropoutAt(epochs: number, perPass: number): number {
  return Math.min(perPass * Math.floor(epochs), MOST_DROPOUT);
}
