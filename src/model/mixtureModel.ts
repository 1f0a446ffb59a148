/** The interface of generation, evaluation and the panel to the experts and the gate together; `mixture/` implements it. */
import type { LanguageModel } from './languageModel';

/** What all experts remember of one sequence; an immutable value, opaque to callers. */
export type MixtureState = object;

/**
 * The document that is being written: the text before the current line, learned as it grows and unlearned as it shrinks, and the
 * text below that line.
 */
export interface DocumentText {
  /** Of the text before the current line, in tokens. */
  readonly length: number;
  /** Replaces what is known of the text below the current line, which no context before it runs into. */
  setBelow(tokens: ArrayLike<number>): void;
  append(tokens: ArrayLike<number>): void;
  /** @param length in tokens, at most the current one */
  truncate(length: number): void;
}

/** Live counts and longest-match copy over the workspace's files; the closer to what is written, the more they count. */
export interface WorkspaceText {
  readonly tokenCount: number;
  /** Learns a file, replacing what was learned of it; no tokens forgets it. `tokens` hold no end-of-text token. */
  learnFile(uri: string, tokens: Int32Array, recent: boolean): void;
  /**
   * Names the document that is being written and empties {@link document}. What was learned of the file of that name is set
   * aside until another document is opened, so that a text never predicts itself.
   */
  openDocument(uri: string | null): void;
  /**
   * Sets no more of that file aside than what {@link document} holds of it, which of a long text is only the part around the cursor.
   * To be called when the document's text is complete.
   * @returns whether the counts have changed
   */
  narrowOpenFile(): boolean;
  /**
   * Makes look-ups a little faster after many files have changed, and changes no count; takes up to a tenth of a second, so it is for
   * times when nobody waits.
   * @returns whether there was something to do, so that there may be more
   */
  renew(): boolean;
  readonly document: DocumentText;
}

export interface ExpertPrediction {
  readonly name: string;
  /** The gate's weight in this state; the weights sum to one. */
  readonly weight: number;
  /** [vocabSize], sums to one. */
  readonly probs: Float32Array;
}

/** The experts combined at every step; `predict` is normalised: |Σp − 1| < 1e-6. */
export interface MixtureModel extends LanguageModel<MixtureState> {
  readonly workspace: WorkspaceText;
  /** The share that the chosen language-model half has earned among the networks, 0 to 1; null without one. */
  readonly halfWeight: number | null;
  /**
   * Waits for the experts that are not ready in these states, and never rejects; undefined when all are ready. The mix leaves out
   * experts that are not ready.
   */
  prepare(states: readonly MixtureState[]): Promise<void> | undefined;
  /** Each expert's own distribution in this state and its weight. */
  explain(state: MixtureState): ExpertPrediction[];
  /**
   * Teaches the gate the token that really followed, after it was scored. Costs one `predict`. The weight of a half that may not
   * answer at once is taught by {@link learnSlowHalf} instead.
   */
  learnGate(state: MixtureState, tokenId: number): void;
  /** Teaches only the weight of such a half, in a prepared state; false, and teaches nothing, when there is none or it is not ready. */
  learnSlowHalf(state: MixtureState, tokenId: number): boolean;
  dispose(): void;
}
