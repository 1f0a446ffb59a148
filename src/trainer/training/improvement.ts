/** When a score is better than another, and when the gain is too large to be chance. */
import type { HeldOutScore } from '../../protocol/trainerEvents';

/** A gain below this share of the bits counts as chance. */
const SMALLEST_GAIN = 0.001;

/** @param other null where there is none to beat */
export function isBetter(score: HeldOutScore, other: HeldOutScore | null): boolean {
  return other === null || score.bitsPerByte < other.bitsPerByte;
}

/** Whether a network with this score should replace the present one. */
export function helps(score: HeldOutScore, present: HeldOutScore | null): boolean {
  return present === null || score.bitsPerByte < (1 - SMALLEST_GAIN) * present.bitsPerByte;
}
