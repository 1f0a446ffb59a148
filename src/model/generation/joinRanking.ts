/**
 * Ranks continuations by how well they join the text right of the cursor.
 *
 * The mix says how likely a text is after what stands left of the cursor; a masked model says how likely what stands right of it
 * is after both. By Bayes' rule their product is, up to a factor that all share, how likely the text is between the two:
 * p(text | left, right) ∝ p(text | left) · p(right | left, text). So the two are added as logarithms with equal weight; there is
 * none to tune. Every text is judged by the same tokens, those of the right side, so a longer one is neither better nor worse off.
 */
import type { Continuation } from './suggestionSearch';

/** Texts that are judged, each at the cost of some runs of the masked model. */
export const MOST_JUDGED = 6;
/** A probability so small that judging what has it could hardly change anything. */
const LEAST_JUDGED = 0.01;

/** A text that may be inserted: a continuation up to one of its cuts. */
interface Insertion {
  /** The one that it goes on from. */
  readonly parent: Insertion | null;
  /** Probability that the text goes on so, and as in no longer insertion. Those of all insertions exclude each other. */
  own: number;
  /** That the text goes on so, whatever follows, between the text on both sides. */
  whole: number;
}

/** What is to be judged of what the continuations may be cut to: at most {@link MOST_JUDGED}, the likeliest to be all first. */
export function insertionsOf(continuations: readonly Continuation[]): string[] {
  return [...insertionTree(continuations)]
    .filter(([, { own }]) => own >= LEAST_JUDGED)
    .sort(([, a], [, b]) => b.own - a.own)
    .slice(0, MOST_JUDGED)
    .map(([text]) => text);
}

/**
 * The continuations with the probabilities that their cuts have between the text on both sides. What the judged insertions have
 * together stays as it is and is shared out anew: of everything else that could be inserted nothing is known.
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

/** By text; shorter insertions stand before those that go on from them. */
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

/** Weighs the own parts of the judged insertions by how they join. */
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
