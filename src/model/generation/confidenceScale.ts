/**
 * How far the probabilities of suggestions are off for one user's text, learned from what became of those shown: Platt scaling
 * (Platt 1999) by online gradient descent on the log-loss. The constant rates let old outcomes fade, so that a change of
 * subject is followed.
 */
export interface ConfidenceScale {
  /** Added to the log-odds, −{@link MOST_SHIFT} to {@link MOST_SHIFT}. */
  readonly shift: number;
  /** What the log-odds are multiplied with before, {@link LEAST_SLOPE} to {@link MOST_SLOPE}. */
  readonly slope: number;
}

/** Believes what the model says. */
export const AS_STATED: ConfidenceScale = { shift: 0, slope: 1 };

/** Both tried from 0.02 to 0.3 on files held out of the training files of the development workspaces. */
const SHIFT_RATE = 0.1;
const SLOPE_RATE = 0.1;
/** A run of bad luck must not silence suggestions for good, nor a run of luck let everything through. */
export const MOST_SHIFT = 1.5;
export const LEAST_SLOPE = 0.5;
export const MOST_SLOPE = 2;
/** Of a probability that rounding made 0 or 1. */
const MOST_LOG_ODDS = 30;
/** What teaches the slope at most, so that one wrong outcome of near certainty does not decide it. */
const MOST_TAUGHT = 6;

/** A stated probability, scaled; 0 and 1 stay nearly so. */
export function scaledProbability(stated: number, { shift, slope }: ConfidenceScale): number {
  return sigmoid(slope * logOdds(stated) + shift);
}

/** The inverse of {@link scaledProbability}. */
export function statedProbability(scaled: number, { shift, slope }: ConfidenceScale): number {
  return sigmoid((logOdds(scaled) - shift) / slope);
}

/**
 * @param confidence the scaled probability that the whole suggestion was right
 * @param wasRight whether the user's text went on just so
 */
export function learnScale(
  { shift, slope }: ConfidenceScale,
  confidence: number,
  wasRight: boolean,
): ConfidenceScale {
  const error = (wasRight ? 1 : 0) - confidence;
  const stated = between(-MOST_TAUGHT, MOST_TAUGHT, (logOdds(confidence) - shift) / slope);
  return {
    shift: between(-MOST_SHIFT, MOST_SHIFT, shift + SHIFT_RATE * error),
    slope: between(LEAST_SLOPE, MOST_SLOPE, slope + SLOPE_RATE * error * stated),
  };
}

const between = (least: number, most: number, value: number): number =>
  Math.min(most, Math.max(least, value));
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const logOdds = (p: number): number => between(-MOST_LOG_ODDS, MOST_LOG_ODDS, Math.log(p / (1 - p)));
