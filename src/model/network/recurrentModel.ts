import type { Expert } from '../expert';
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

/** Length of {@link RecurrentState.values}. */
export function stateLength(config: NetworkConfig): number {
  return config.numLayers * stateSizePerLayer(config);
}

/** @throws RangeError when a state's values are not of this blueprint's length. */
export function checkState(config: NetworkConfig, values: Float32Array): void {
  if (values.length !== stateLength(config)) {
    throw new RangeError(`A state of ${values.length} values belongs to another network.`);
  }
}

/** @throws RangeError when a token is not in the vocabulary. */
export function checkToken({ vocabSize }: NetworkConfig, tokenId: number): void {
  if (!Number.isInteger(tokenId) || tokenId < 0 || tokenId >= vocabSize) {
    throw new RangeError(`Token ${tokenId} is not in the network's vocabulary of ${vocabSize}.`);
  }
}

/** A recurrent network as a language model: `next` costs the cells, `predict` the projection and the softmax. */
export interface RecurrentModel extends Expert<RecurrentState> {
  readonly config: NetworkConfig;
}
