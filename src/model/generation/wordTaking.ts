/**
 * Whether a user takes the first word of a suggestion when only that word is right. A user who does gains from long suggestions
 * that end in a guess; one who accepts only whole suggestions reads the guess in vain and loses the word with it. Learned as a
 * moving average from what became of suggestions, so that it follows a change of habit.
 */
import { keysToType } from './keysToType';

/** The share of such suggestions whose first word is taken, while nothing is known of the user. */
export const UNKNOWN_TAKING = 0.5;

/** Weight of the newest outcome in the average: some dozens of outcomes make or end a habit; see `bench/wordTaking.ts`. */
const NEWEST = 0.1;

/**
 * @param share from 0 to 1, as is the result
 * @param word the first word of a suggestion, the only part that was right; one that saves no key tells nothing
 */
export function learnTaking(share: number, word: string, wasTaken: boolean): number {
  return keysToType(word) > 1 ? share + NEWEST * ((wasTaken ? 1 : 0) - share) : share;
}
