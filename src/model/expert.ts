import type { LanguageModel } from './languageModel';

/**
 * A model that the mix asks at every step: a network, or the language-model half that the user chose. `next` only takes in a
 * token, and `predict` computes the distribution, so a caller that only reads text never pays for distributions.
 */
export interface Expert<State = unknown> extends LanguageModel<State> {
  /** Present in a model that may not answer at once: one in another process or on a server, or a large one. It predicts in ready states. */
  readonly readiness?: Readiness<State>;
  /** Frees the memory; the model must not be used afterwards. Its states stay valid values. */
  dispose(): void;
}

export interface Readiness<State> {
  /** Whether the distribution in this state is available, so that `predict` answers at once. */
  isReady(state: State): boolean;
  /**
   * Resolves once these states are ready, and never rejects: a state whose distribution cannot be had, as when a server is down,
   * stays unready, and the mix does without this expert there.
   */
  prepare(states: readonly State[]): Promise<void>;
}
