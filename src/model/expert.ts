import type { LanguageModel } from './languageModel';

/**
 * A model that the mix asks at every step: a recurrent network, or the language-model half that the user chose. `next` costs
 * what remembering a token costs, `predict` the distribution; a caller that only reads text on never pays for the latter.
 */
export interface Expert<State = unknown> extends LanguageModel<State> {
  /** `next` for several sequences at once: element i continues `states[i]` with `tokenIds[i]`. */
  nextMany(states: readonly State[], tokenIds: ArrayLike<number>): State[];
  /** `predict` for several states at once: writes into `probs[i]` [vocabSize]; all of them must be ready. */
  predictMany(states: readonly State[], probs: readonly Float32Array[]): void;
  /** Present in a model that may have to be waited for: one in another process or on a server, or a large one. */
  readonly readiness?: Readiness<State>;
  /** Gives the memory back; the model must not be used afterwards. Its states stay valid values. */
  dispose(): void;
}

export interface Readiness<State> {
  /** Whether the distribution in this state is at hand, so that `predict` answers at once. */
  isReady(state: State): boolean;
  /**
   * Works until these states are ready. It never rejects: a state whose distribution cannot be had (a server that is away)
   * stays as it is, and the mix goes on without this expert there.
   */
  prepare(states: readonly State[]): Promise<void>;
}
