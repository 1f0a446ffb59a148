/**
 * A next-token predictor over one vocabulary. States are immutable values: a caller may keep any number of
 * them (one a line, one a beam) and continue from each in any order.
 */
export interface LanguageModel<State> {
  readonly name: string;
  readonly vocabSize: number;
  /** The state before the first token of a document. */
  start(): State;
  /** The state after one more token; the given state stays valid. */
  next(state: State, tokenId: number): State;
  /** `next` for several sequences at once: element i continues `states[i]` with `tokenIds[i]`. */
  nextMany(states: readonly State[], tokenIds: ArrayLike<number>): State[];
  /** Writes p(token | state) for every token into `probs` [vocabSize]; it sums to one. */
  predict(state: State, probs: Float32Array): void;
  /** `predict` for several states at once: writes into `probs[i]` [vocabSize]. */
  predictMany(states: readonly State[], probs: readonly Float32Array[]): void;
}

/** @throws RangeError for a token that is none of the `vocabSize` that a model reads */
export function checkToken(tokenId: number, vocabSize: number): void {
  if (!Number.isInteger(tokenId) || tokenId < 0 || tokenId >= vocabSize) {
    throw new RangeError(`Token ${tokenId} is not in the model's vocabulary of ${vocabSize}.`);
  }
}
