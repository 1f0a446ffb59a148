import type { ForeignNode } from './foreignReader';
import type { SharedContext } from './sharedTokens';

/** The end of a text that was read in shared tokens; an immutable value. */
export interface BridgeState<State> {
  /** Where the foreign model stands after the text but for the tail. */
  readonly root: ForeignNode<State>;
  /** Bytes after the root; the foreign tokens before them cannot change, whatever follows. */
  readonly tail: Uint8Array;
  readonly context: SharedContext;
}

export interface BridgeLimits {
  /** Foreign tokens at most by which segments that leave the next shared token open are read on, for one distribution. */
  readonly steps: number;
  /** Share of the whole from which an open segment is read on. */
  readonly expandFrom: number;
  /** Share from which a foreign token is placed by its own text and context, not by the first shared token of its bytes alone. */
  readonly examineFrom: number;
  /** Share from which the foreign model is asked about another beginning of a half-read token. */
  readonly coverFrom: number;
  /** Given to the fallback always, so that nothing that is written was impossible. */
  readonly fallbackShare: number;
}

/** For a vocabulary smaller than the shared one, such as characters: a shared token takes several steps. */
export const FINE_LIMITS: BridgeLimits = {
  steps: 64,
  expandFrom: 2e-3,
  examineFrom: 1e-5,
  coverFrom: 1e-3,
  fallbackShare: 1e-7,
};

/** For a larger vocabulary, whose tokens are mostly whole words: it hardly ever leaves a shared token open, and each step is dear. */
export const COARSE_LIMITS: BridgeLimits = {
  ...FINE_LIMITS,
  steps: 2,
  expandFrom: 0.1,
  examineFrom: 1e-4,
  coverFrom: 3e-3,
};
