import type { ForeignNode } from './foreignReader';
import type { SharedContext } from './sharedTokens';

/** The end of a text that was read in shared tokens; an immutable value. */
export interface BridgeState<State> {
  /** Where the foreign model stands after the text without its tail. */
  readonly root: ForeignNode<State>;
  /** Bytes after the root. The foreign tokens before them stay the same whatever follows. */
  readonly tail: Uint8Array;
  readonly context: SharedContext;
}

export interface BridgeLimits {
  /** Most foreign tokens by which open segments (those that do not decide the next shared token) are extended for one distribution. */
  readonly steps: number;
  /** Share of the total probability from which an open segment is extended. */
  readonly expandFrom: number;
  /** Share from which a foreign token is placed by its own text and context; lighter ones are placed approximately or dropped. */
  readonly examineFrom: number;
  /** Share from which the foreign model is asked about another cover of the tail. */
  readonly coverFrom: number;
  /** Always spread evenly over all shared tokens, so that no text has probability zero. */
  readonly uniformShare: number;
}

/** For a vocabulary no larger than the shared one, such as characters: a shared token may take several steps. */
export const FINE_LIMITS: BridgeLimits = {
  steps: 64,
  expandFrom: 2e-3,
  examineFrom: 1e-5,
  coverFrom: 1e-3,
  uniformShare: 1e-7,
};

/** For a larger vocabulary, whose tokens are mostly whole words: they rarely leave a shared token open, and each step is expensive. */
export const COARSE_LIMITS: BridgeLimits = {
  ...FINE_LIMITS,
  steps: 2,
  expandFrom: 0.1,
  examineFrom: 1e-4,
  coverFrom: 3e-3,
};
