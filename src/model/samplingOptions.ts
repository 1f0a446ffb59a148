/** How the next token is drawn from the mixed distribution; the stages run in the order of the fields. */
export interface SamplingOptions {
  /** Divides the probability of tokens seen in the recent text; 1 is off. 1 to 2. */
  readonly repetitionPenalty: number;
  /** Below 1 sharpens, above 1 flattens. Above 0, at most 2. */
  readonly temperature: number;
  /** Keeps the k most likely tokens; 0 is off. */
  readonly topK: number;
  /** Nucleus: keeps the fewest tokens whose probabilities sum to this; 1 is off. */
  readonly topP: number;
  /** Drops tokens below this share of the most likely one's probability; 0 is off. */
  readonly minP: number;
  /** Takes the most likely token and ignores the stages above, the repetition penalty excepted. */
  readonly greedy: boolean;
  /** Beams searched when greedy; 1 is plain greedy. */
  readonly beamWidth: number;
  /** Seeds the generator of random numbers; null draws a new seed each time. */
  readonly seed: number | null;
  /** Some tokens more may finish the last word. */
  readonly maxNewTokens: number;
}

export const DEFAULT_SAMPLING: SamplingOptions = {
  repetitionPenalty: 1.1,
  temperature: 0.8,
  topK: 40,
  topP: 0.95,
  minP: 0,
  greedy: false,
  beamWidth: 1,
  seed: null,
  maxNewTokens: 120,
};
