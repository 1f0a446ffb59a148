/** When a score is better than another, and when so much better that it is no chance. */
import type { HeldOutScore } from '../../protocol/trainerProtocol';

/** Share of the bits below which a gain is chance. */
const SMALLEST_GAIN = 0.001;

/** @param other null where there is none to beat */
export function isBetter(score: HeldOutScore, other: HeldOutScore | null): boolean {
  return other === null || score.bitsPerByte < other.bitsPerByte;
}

/** Whether what has the score should take the place of what is there. */
export function helps(score: HeldOutScore, present: HeldOutScore | null): boolean {
  return present === null || score.bitsPerByte < (1 - SMALLEST_GAIN) * present.bitsPerByte;
}
