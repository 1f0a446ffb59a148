/** Whether, and how far, a continuation is worth showing. */

export interface Cut {
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
  /** Keys it takes to type what is before it. */
  readonly keys: number;
  /** Probability that the text goes on just so up to here and that no word goes on past it. */
  readonly probability: number;
}

/**
 * Keys' worth of attention that a wrong suggestion costs, by eagerness: so that the share of wrong suggestions among those
 * shown grows evenly with it, from about 5 % over 25 % at the default to 60 %. Measured on files held out of the training
 * files of the development workspaces (`bench/eagernessCosts.ts`).
 */
const COSTS: readonly (readonly [eagerness: number, cost: number])[] = [
  [0, 32],
  [0.25, 9],
  [0.5, 4],
  [0.75, 1.2],
  [1, 0.1],
];

/** What reading a wrong suggestion costs, in keys, for an eagerness of 0 (only what is nearly certain) to 1 (next to nothing). */
export function costOfWrong(eagerness: number): number {
  const wanted = Math.min(1, Math.max(0, eagerness));
  const next = Math.max(
    1,
    COSTS.findIndex(([end]) => wanted <= end),
  );
  const [[start, high], [end, low]] = [COSTS[next - 1], COSTS[next]];
  return high * (low / high) ** ((wanted - start) / (end - start));
}

/** Share of that cost where the first word was right and was taken, and only what follows it was wrong. */
const REST_WRONG = 0.1;

/** Who reads a suggestion. */
export interface Reader {
  /** What a wrong suggestion costs, in keys; see {@link costOfWrong}. */
  readonly cost: number;
  /**
   * Of the suggestions of which only the first word is right, the share whose first word is taken, 0 to 1; whoever passes it
   * over gains nothing by it and has read it in vain.
   */
  readonly takesWords: number;
}

/**
 * Keys saved on average by showing the continuation up to `points[end]`: one that is right is accepted with one key; one of
 * which the first part is right, up to there, by those who take words; what is wrong costs attention.
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

/** The longest part for which each further word is expected to save keys, or null when no part is. */
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

/** Below this probability no continuation of at most `keys` keys can be worth showing. */
export function leastUsefulProbability(keys: number, cost: number): number {
  return cost / (cost + Math.max(1, keys - 1));
}
