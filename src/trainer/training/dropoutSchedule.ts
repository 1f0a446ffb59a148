const MOST_DROPOUT = 0.5;

/**
 * None in the first pass: text read for the first time cannot be overfitted, and dropout would only cost. Each further pass adds
 * some, against learning the text by heart (bench/README.md).
 * @param epochs passes over the text so far, e.g. 1.25
 * @param perPass 0 to 1
 */
export function dropoutAt(epochs: number, perPass: number): number {
  return Math.min(perPass * Math.floor(epochs), MOST_DROPOUT);
}
