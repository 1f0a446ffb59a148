import type { LanguageModel } from '../languageModel';
import type { NetworkConfig } from '../networkConfig';

/**
 * What a recurrent network remembers of one sequence; an immutable value.
 * `values` is [numLayers, stateSizePerLayer]: for each layer the hidden state [hiddenSize], then for an LSTM
 * its cell state [hiddenSize].
 */
export interface RecurrentState {
  readonly values: Float32Array;
}

/** Length of one layer's part of {@link RecurrentState.values}. */
export function stateSizePerLayer(config: NetworkConfig): number {
  return config.architecture === 'lstm' ? 2 * config.hiddenSize : config.hiddenSize;
}

/**
 * A recurrent network as a language model. `next` costs the cells, `predict` the projection and the softmax
 * over the vocabulary; a caller that only reads text on never pays for the latter.
 */
export interface RecurrentModel extends LanguageModel<RecurrentState> {
  readonly config: NetworkConfig;
  /** `next` for several sequences at once: element i continues `states[i]` with `tokenIds[i]`. */
  nextMany(states: readonly RecurrentState[], tokenIds: ArrayLike<number>): RecurrentState[];
  /** `predict` for several states at once: writes into `probs[i]` [vocabSize]. */
  predictMany(states: readonly RecurrentState[], probs: readonly Float32Array[]): void;
  /** Gives the memory back; the model must not be used afterwards. Its states stay valid values. */
  dispose(): void;
}
