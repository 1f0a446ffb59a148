/** Whether, and how far, a continuation is worth showing. */

interface Cut {
  /** UTF-16 units of the continuation to show. */
  readonly length: number;
  /** Keys that showing it is expected to save; positive. */
  readonly savedKeys: number;
  /** Probability that all of it is right. */
  readonly confidence: number;
}

/** A place where a continuation may be cut. */
export interface CutPoint {
  /** UTF-16 units before it. */
  readonly length: number;
  /** Keys it takes to type the text before it. */
  readonly keys: number;
  /** Probability that the text continues with exactly this part and that no word continues past it. */
  readonly probability: number;
}

export type TextKind = 'prose' | 'code';

/**
 * The attention that a wrong suggestion costs, in keys, at an eagerness of 0, 0.25, 0.5, 0.75 and 1. Chosen so that the share of
 * wrong suggestions among those shown grows alike in prose and code: about 5 % at 0, 25 % at the default of 0.5, 60 % at 1. At the
 * same cost more is wrong in code, where a suggestion is longer and so pays at a lower probability. Measured on files held out of the
 * training files of the development workspaces (`bench/eagernessCosts.ts`).
 */
const COSTS: Readonly<Record<TextKind, readonly number[]>> = {
  prose: [24, 8, 2.8, 0.95, 0.1],
  code: [36, 14.5, 4.4, 1.3, 0.1],
};

/** Cost of a wrong suggestion in keys, interpolated geometrically; an eagerness outside 0 to 1 is clamped. */
export function costOfWrong(eagerness: number, kind: TextKind): number {
  const costs = COSTS[kind];
  const at = Math.min(1, Math.max(0, eagerness)) * (costs.length - 1);
  const from = Math.min(Math.floor(at), costs.length - 2);
  return costs[from] * (costs[from + 1] / costs[from]) ** (at - from);
}

/** Share of that cost that remains when the first word was right and taken, and only the rest was wrong. */
const REST_WRONG = 0.1;

/** Who reads a suggestion. */
export interface Reader {
  /** Cost of a wrong suggestion, in keys; see {@link costOfWrong}. */
  readonly cost: number;
  /**
   * How often the reader takes the first word of a suggestion when only that word is right, 0 to 1. A reader who does not take it
   * gains nothing and pays the full cost.
   */
  readonly takesWords: number;
}

/**
 * Keys saved on average by showing the continuation up to `points[end]`. If all of it is right, one key accepts it. If only its
 * beginning is, a reader who takes words accepts the first word with one key and pays a part of the cost; one who does not pays
 * all of it. If its first word is wrong, the reader pays all of the cost.
 */
export function expectedSaving(
  points: readonly CutPoint[],
  end: number,
  { cost, takesWords }: Reader,
): number {
  const first = points[0];
  const whole = points[end];
  const firstOnly = Math.max(0, first.probability - whole.probability);
  const wrong = 1 - Math.max(first.probability, whole.probability);
  const firstTaken = first.keys - 1 - REST_WRONG * cost;
  return (
    whole.probability * (whole.keys - 1) +
    firstOnly * (takesWords * firstTaken - (1 - takesWords) * cost) -
    wrong * cost
  );
}

/** The cut that is expected to save the most keys, the longest one of equals; null when no cut saves any. */
export function bestCut(points: readonly CutPoint[], reader: Reader): Cut | null {
  let best: Cut | null = null;
  points.forEach((point, end) => {
    const savedKeys = expectedSaving(points, end, reader);
    if (savedKeys > 0 && savedKeys >= (best?.savedKeys ?? 0)) {
      best = { length: point.length, savedKeys, confidence: point.probability };
    }
  });
  return best;
}

/** Below this probability a continuation of at most `keys` keys does not pay, if only the whole of it counts as right. */
export function leastUsefulProbability(keys: number, cost: number): number {
  return cost / (cost + Math.max(1, keys - 1));
}
