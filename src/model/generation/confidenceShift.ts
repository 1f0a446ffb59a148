/**
 * Corrects the probabilities of suggestions. To the log-odds is added what their length is worth, the same for everybody, and one
 * number for one user's text, learned from the outcomes of the suggestions shown by online gradient descent on the log-loss (Platt
 * scaling with its slope fixed at one; Platt 1999). The constant rate lets old outcomes fade, so that the number follows a change
 * of subject.
 */

/**
 * What the logarithm of a text's words adds: a mix by addition is less sure than it has reason to be (Ranjan and Gneiting 2010), and
 * word by word this adds up. This and the rate are measured in `bench/README.md`.
 */
const WORTH_OF_WORDS = 0.2;
const LEARNING_RATE = 0.02;
/** Log-odds; a run of bad luck must not silence suggestions for good, nor a run of luck let everything through. */
export const MOST_SHIFT = 1.5;

/** The probability with `shift` added to its log-odds. */
export function shiftedProbability(probability: number, shift: number): number {
  const odds = probability * Math.exp(shift);
  return odds / (odds + 1 - probability);
}

/** @param words how many words the probability is of, at least 1 */
export function correctedProbability(probability: number, words: number, shift: number): number {
  return shiftedProbability(probability, shift + WORTH_OF_WORDS * Math.log(words));
}

/**
 * @param confidence the corrected probability that the whole suggestion was right
 * @param wasRight whether the user's text continued with exactly the suggestion
 */
export function learnShift(shift: number, confidence: number, wasRight: boolean): number {
  const moved = shift + LEARNING_RATE * ((wasRight ? 1 : 0) - confidence);
  return Math.min(MOST_SHIFT, Math.max(-MOST_SHIFT, moved));
}
