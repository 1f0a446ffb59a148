/**
 * Whether a user takes the first word of a suggestion of which only that is right. Who does gains by long suggestions whose
 * ends are guesses; who accepts none but whole ones has read the guess in vain and passes the word over with it. Learned from
 * what became of those shown, as a moving average, so that a change of habit is followed.
 */
import { keysToType } from './keysToType';

/** The share of such suggestions whose first word is taken, while nothing is known of the user. */
export const UNKNOWN_TAKING = 0.5;

/** Of the newest outcome in the average: some dozens make a habit, some dozens more end it; see `bench/wordTaking.ts`. */
const NEWEST = 0.1;

/**
 * @param share from 0 to 1, as is the result
 * @param word the first word of a suggestion, the only part that was right; one that saves no key tells nothing
 */
export function learnTaking(share: number, word: string, wasTaken: boolean): number {
  return keysToType(word) > 1 ? share + NEWEST * ((wasTaken ? 1 : 0) - share) : share;
}
