/**
 * Ranks continuations by how well they join the text right of the cursor.
 *
 * The mix gives p(text | left), where left is the text before the cursor. A masked model estimates p(right | left, text), where right
 * is the text after it. By Bayes' rule p(text | left, right) ∝ p(text | left) · p(right | left, text), so the two are multiplied
 * as they are: there is no weight to tune. For every text the masked model scores the same tokens, those of the right side, so
 * the length of the text gives no advantage.
 */
import type { Continuation } from './suggestionSearch';

/** Number of texts that are judged at most; each costs one or more runs of the masked model. */
export const MOST_JUDGED = 6;
/** Texts less likely than this are not judged, as that would hardly change the ranking. */
const LEAST_JUDGED = 0.01;

/** A text that may be inserted: a continuation up to one of its cuts. */
interface Insertion {
  /** The next shorter insertion that this one extends; null when there is none. */
  readonly parent: Insertion | null;
  /** Probability that the text continues with this insertion but with none that extends it; these events exclude each other. */
  own: number;
  /** Probability, given the text on both sides, that the text continues with this insertion, whatever follows it. */
  whole: number;
}

/** The insertions to judge, at most {@link MOST_JUDGED}: those with the highest `own` probability, highest first. */
export function insertionsOf(continuations: readonly Continuation[]): string[] {
  return [...insertionTree(continuations)]
    .filter(([, { own }]) => own >= LEAST_JUDGED)
    .sort(([, a], [, b]) => b.own - a.own)
    .slice(0, MOST_JUDGED)
    .map(([text]) => text);
}

/**
 * The continuations, with the probability of each cut given the text on both sides. The total `own` probability of the judged
 * insertions stays the same and is only redistributed among them, because nothing is known about the other insertions.
 * @param logJoins by judged insertion, ln p(right | left, insertion) up to a term that all share
 */
export function rankByJoin(
  continuations: readonly Continuation[],
  logJoins: ReadonlyMap<string, number>,
): readonly Continuation[] {
  const insertions = insertionTree(continuations);
  shareOut(insertions, logJoins);
  for (const insertion of [...insertions.values()].reverse()) {
    insertion.whole += insertion.own;
    if (insertion.parent !== null) {
      insertion.parent.whole += insertion.whole;
    }
  }
  return continuations.map((continuation) => ({
    ...continuation,
    points: continuation.points.map((point) => ({
      ...point,
      probability: Math.min(1, insertions.get(continuation.text.slice(0, point.length))!.whole),
    })),
  }));
}

/** All insertions by their text; each stands before those that extend it. */
function insertionTree(continuations: readonly Continuation[]): Map<string, Insertion> {
  const insertions = new Map<string, Insertion>();
  for (const { text, points } of continuations) {
    let parent: Insertion | null = null;
    for (const { length, probability } of points) {
      const cut = text.slice(0, length);
      let insertion = insertions.get(cut);
      if (insertion === undefined) {
        insertion = { parent, own: probability, whole: 0 };
        insertions.set(cut, insertion);
        if (parent !== null) {
          parent.own = Math.max(0, parent.own - probability);
        }
      }
      parent = insertion;
    }
  }
  return insertions;
}

/** Redistributes the `own` probabilities of the judged insertions: each is multiplied by its join, then scaled to the same total. */
function shareOut(insertions: ReadonlyMap<string, Insertion>, logJoins: ReadonlyMap<string, number>): void {
  const best = Math.max(...logJoins.values());
  const judged = [...logJoins].map(([text, logJoin]) => {
    const insertion = insertions.get(text)!;
    return { insertion, weighed: insertion.own * Math.exp(logJoin - best) };
  });
  const before = sum(judged.map(({ insertion }) => insertion.own));
  const after = sum(judged.map(({ weighed }) => weighed));
  for (const { insertion, weighed } of judged) {
    insertion.own = (weighed * before) / after;
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
