import type { Expert } from '../expert';
import type { NetworkConfig } from '../networkConfig';

/**
 * A network of Understudy's own as a language model: `next` costs its body, `predict` the softmax over the vocabulary. Its
 * states belong to networks of one blueprint made in one way; their content is the network's own.
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
