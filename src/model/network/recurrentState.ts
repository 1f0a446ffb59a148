import type { RecurrentConfig } from '../networkConfig';

/**
 * What a recurrent network remembers of one sequence; an immutable value.
 * `values` is [numLayers, stateSizePerLayer]: for each layer the hidden state [hiddenSize], then for an LSTM
 * its cell state [hiddenSize].
 */
export interface RecurrentState<Remembered = unknown> {
  readonly values: Float32Array;
  /** With attention: the last outputs, at most ATTENTION_WINDOW, the current one last; states share them. Without: empty. */
  readonly memory: readonly Remembered[];
}

/** Length of one layer's part of {@link RecurrentState.values}. */
export function stateSizePerLayer(config: RecurrentConfig): number {
  return config.architecture === 'lstm' ? 2 * config.hiddenSize : config.hiddenSize;
}

/** Length of {@link RecurrentState.values}. */
export function stateLength(config: RecurrentConfig): number {
  return config.numLayers * stateSizePerLayer(config);
}

/** @throws RangeError when a state's values are not of this blueprint's length. */
export function checkState(config: RecurrentConfig, values: Float32Array): void {
  if (values.length !== stateLength(config)) {
    throw new RangeError(`A state of ${values.length} values belongs to another network.`);
  }
}
