/**
 * Ranks continuations by how well they join the text right of the cursor.
 *
 * The mix gives p(text | left), where left is the text before the cursor, and a join p(right | left, text), where right is the text
 * after it. A user who inserts a text stops after it, and the right side follows, so by Bayes' rule
 *   p(exactly text | left, right) ∝ p(text | left) · p(stops there) · p(right | left, text).
 * For every text the same right side is scored, so the length of the text gives no advantage.
 */
import type { Continuation } from './suggestionSearch';

/** Number of texts that are judged at most; each costs some steps of a model. */
export const MOST_JUDGED = 6;
/** Texts less likely than this are not judged, as that would hardly change the ranking. */
const LEAST_JUDGED = 0.01;
/** Probability that an insertion stops after a word of it. */
const STOPS = 0.2;
/**
 * How well the insertions that are not judged join is unknown. They are taken for typical: their join is the power mean of those
 * that are judged, with this exponent. With an exponent of 1, the best of those would speak for them, too; near 0, hardly any
 * probability would be left to them. Both were chosen by `bench/midLine.ts`.
 */
const TYPICAL = 0.8;

/** A text that may be inserted: a continuation up to one of its cuts. */
interface Insertion {
  /** The next shorter insertion that this one extends; null when there is none. */
  readonly parent: Insertion | null;
  /** Probability that the user inserts more words than the parent has. */
  readonly goesOn: number;
  /** Probability that what the user inserts is this text, or begins with it. */
  probability: number;
}

/** The insertions to judge, at most {@link MOST_JUDGED}, likeliest first. */
export function insertionsOf(continuations: readonly Continuation[]): string[] {
  return [...insertionTree(continuations)]
    .filter(([, { probability }]) => probability >= LEAST_JUDGED)
    .sort(([, a], [, b]) => b.probability - a.probability)
    .slice(0, MOST_JUDGED)
    .map(([text]) => text);
}

/**
 * The continuations, with the probability of each cut given the text on both sides.
 * @param logJoins by judged insertion, ln p(right | left, insertion) up to a term that all share
 */
export function rankByJoin(
  continuations: readonly Continuation[],
  logJoins: ReadonlyMap<string, number>,
): readonly Continuation[] {
  const insertions = insertionTree(continuations);
  const best = Math.max(...logJoins.values());
  const judged = [...logJoins].map(([text, logJoin]) => {
    const insertion = insertions.get(text)!;
    return { insertion, exactly: STOPS * insertion.probability, join: Math.exp(logJoin - best) };
  });
  const powers = sum(judged.map(({ exactly, join }) => exactly * join ** TYPICAL));
  const typical = (powers / sum(judged.map(({ exactly }) => exactly))) ** (1 / TYPICAL);
  const gains = judged.map(({ exactly, join }) => exactly * (join / typical - 1));
  for (const [i, { insertion }] of judged.entries()) {
    // A text gains by all that speaks for the longer ones that begin with it.
    for (let begun: Insertion | null = insertion; begun !== null; begun = begun.parent) {
      begun.probability += gains[i];
    }
  }
  const total = 1 + sum(gains);
  return continuations.map((continuation) => ({
    ...continuation,
    points: continuation.points.map((point) => {
      const { probability } = insertions.get(continuation.text.slice(0, point.length))!;
      return { ...point, probability: Math.min(1, Math.max(0, probability / total)) };
    }),
  }));
}

/** All insertions by their text; each stands before those that extend it. */
function insertionTree(continuations: readonly Continuation[]): Map<string, Insertion> {
  const insertions = new Map<string, Insertion>();
  for (const { text, points } of continuations) {
    let parent: Insertion | null = null;
    for (const { length, probability } of points) {
      const cut = text.slice(0, length);
      const goesOn: number = parent === null ? 1 : parent.goesOn * (1 - STOPS);
      const insertion: Insertion = insertions.get(cut) ?? {
        parent,
        goesOn,
        probability: probability * goesOn,
      };
      insertions.set(cut, insertion);
      parent = insertion;
    }
  }
  return insertions;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
