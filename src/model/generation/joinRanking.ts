/**
 * Ranks continuations by how well they join the text right of the cursor.
 *
 * The mix says how likely a text is after what stands left of the cursor; a masked model says how likely what stands right of it
 * is after both. By Bayes' rule their product is, up to a factor that all share, how likely the text is between the two:
 * p(text | left, right) ∝ p(text | left) · p(right | left, text). So the two are added as logarithms with equal weight; there is
 * none to tune. Every text is judged by the same tokens, those of the right side, so a longer one is neither better nor worse off.
 */
import type { Continuation } from './suggestionSearch';

/** Texts that are looked at, each at the cost of some runs of the masked model. */
export const MOST_JOINED = 8;

/** A text that may be inserted: a continuation up to one of its cuts. */
interface Insertion {
  readonly parent: Insertion | null;
  /** Probability that the text goes on so, as given. */
  readonly before: number;
  /** The part of it in which the text goes on as in no longer insertion. */
  own: number;
  /** That the text goes on so, between the text on both sides. */
  after: number;
}

/** What the continuations may be cut to, the likeliest first, at most {@link MOST_JOINED}; with a text, all that it goes on from. */
export function insertionsOf(continuations: readonly Continuation[]): string[] {
  const probabilities = new Map<string, number>();
  for (const { text, points } of continuations) {
    for (const { length, probability } of points) {
      const cut = text.slice(0, length);
      probabilities.set(cut, Math.max(probability, probabilities.get(cut) ?? 0));
    }
  }
  return [...probabilities]
    .sort(([a, p], [b, q]) => q - p || a.length - b.length)
    .slice(0, MOST_JOINED)
    .map(([cut]) => cut);
}

/**
 * The continuations with the probabilities that their cuts have between the text on both sides. What all of them have together
 * stays as it is, and is shared out anew: of everything else that could be inserted nothing is known.
 * @param logJoins by insertion, ln p(right | left, insertion) up to a term that all share; insertions without one keep to the cut
 * that they go on from
 */
export function rankByJoin(
  continuations: readonly Continuation[],
  logJoins: ReadonlyMap<string, number>,
): readonly Continuation[] {
  const insertions = insertionTree(continuations, logJoins);
  shareOut(insertions, logJoins);
  return continuations.map((continuation) => {
    let ratio = 1;
    const points = continuation.points.map((point) => {
      const found = insertions.get(continuation.text.slice(0, point.length));
      ratio = found === undefined || found.before === 0 ? ratio : found.after / found.before;
      return { ...point, probability: Math.min(1, point.probability * ratio) };
    });
    return { ...continuation, points };
  });
}

/** Shorter insertions before those that go on from them. */
function insertionTree(
  continuations: readonly Continuation[],
  logJoins: ReadonlyMap<string, number>,
): Map<string, Insertion> {
  const insertions = new Map<string, Insertion>();
  for (const { text, points } of continuations) {
    let parent: Insertion | null = null;
    for (const { length, probability } of points) {
      const cut = text.slice(0, length);
      let insertion = insertions.get(cut);
      if (insertion === undefined && logJoins.has(cut)) {
        insertion = { parent, before: probability, own: probability, after: 0 };
        insertions.set(cut, insertion);
        if (parent !== null) {
          parent.own = Math.max(0, parent.own - probability);
        }
      }
      parent = insertion ?? parent;
    }
  }
  return insertions;
}

/** Sets `after`: the insertions' own parts, which exclude each other, weighed by how they join; each has all that go on from it. */
function shareOut(insertions: ReadonlyMap<string, Insertion>, logJoins: ReadonlyMap<string, number>): void {
  const ends = [...insertions].filter(([, { own }]) => own > 0);
  const best = Math.max(...ends.map(([cut]) => logJoins.get(cut)!));
  const weighed = ends.map(([cut, { own }]) => own * Math.exp(logJoins.get(cut)! - best));
  const scale = sum(ends.map(([, { own }]) => own)) / sum(weighed);
  ends.forEach(([, insertion], i) => {
    insertion.after = scale * weighed[i];
  });
  for (const { parent, after } of [...insertions.values()].reverse()) {
    if (parent !== null) {
      parent.after += after;
    }
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
