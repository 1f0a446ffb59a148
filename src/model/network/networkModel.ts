import type { Expert } from '../expert';
import type { NetworkConfig } from '../networkConfig';

/**
 * One of Understudy's own networks as a language model: `next` computes the new state, `predict` the softmax over the
 * vocabulary. A state is only valid for networks of the same blueprint and implementation, and its content is private to them.
 */
export interface NetworkModel<State = unknown> extends Expert<State> {
  readonly config: NetworkConfig;
}

/** @throws RangeError when a token is not in the vocabulary. */
export function checkToken({ vocabSize }: NetworkConfig, tokenId: number): void {
  if (!Number.isInteger(tokenId) || tokenId < 0 || tokenId >= vocabSize) {
    throw new RangeError(`Token ${tokenId} is not in the network's vocabulary of ${vocabSize}.`);
  }
}
