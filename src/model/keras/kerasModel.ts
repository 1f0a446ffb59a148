import type { Expert } from '../expert';

/** A network from a Keras file as a next-token predictor over the vocabulary that it was trained with. */
export interface KerasModel<State = unknown> extends Expert<State> {
  /** Tokens before a prediction that can influence it; Infinity for a network without a limit. */
  readonly contextLength: number;
  /** What the user is shown, e.g. "Embedding, LSTM, Dense; vocabulary of 10000 tokens". */
  readonly description: string;
}

/**
 * Writes a normalised distribution, made from scores or from a distribution whose sum is only roughly one. Where the network's
 * numbers have overflowed, it is uniform.
 */
export function writeDistribution(
  values: Float32Array,
  begin: number,
  areLogits: boolean,
  probs: Float32Array,
): void {
  const { length } = probs;
  let largest = -Infinity;
  for (let i = 0; i < length; i++) {
    if (values[begin + i] > largest) {
      largest = values[begin + i];
    }
  }
  let total = 0;
  for (let i = 0; i < length; i++) {
    const value = values[begin + i];
    total += probs[i] = areLogits ? Math.exp(value - largest) : value;
  }
  if (!(total > 0 && total < Infinity)) {
    probs.fill(1 / length);
    return;
  }
  const factor = 1 / total;
  for (let i = 0; i < length; i++) {
    probs[i] *= factor;
  }
}
