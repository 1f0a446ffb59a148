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

export const DEFAULT_LIMITS: BridgeLimits = {
  steps: 64,
  expandFrom: 2e-3,
  examineFrom: 1e-5,
  coverFrom: 1e-3,
  fallbackShare: 1e-7,
};
