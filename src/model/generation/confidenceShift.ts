/**
 * Corrects the probabilities of suggestions for one user's text. One number is added to the log-odds, learned from the outcomes
 * of the suggestions shown by online gradient descent on the log-loss (Platt scaling with its slope fixed at one; Platt 1999).
 * The constant rate lets old outcomes fade, so that the number follows a change of subject.
 */

/** Tried from 0.02 to 0.2 on files held out of the training files of the development workspaces. */
const LEARNING_RATE = 0.1;
/** Log-odds; a run of bad luck must not silence suggestions for good, nor a run of luck let everything through. */
export const MOST_SHIFT = 1.5;

/** The probability with `shift` added to its log-odds. */
export function shiftedProbability(probability: number, shift: number): number {
  const odds = probability * Math.exp(shift);
  return odds / (odds + 1 - probability);
}

/**
 * @param confidence the shifted probability that the whole suggestion was right
 * @param wasRight whether the user's text continued with exactly the suggestion
 */
export function learnShift(shift: number, confidence: number, wasRight: boolean): number {
  const moved = shift + LEARNING_RATE * ((wasRight ? 1 : 0) - confidence);
  return Math.min(MOST_SHIFT, Math.max(-MOST_SHIFT, moved));
}
