/** After training: how far the gate should trust the new personal network, learned on text that was held out. */
import { Gate } from '../mixture/gate';
import { createMixture } from '../mixture/mixture';
import type { RecurrentModel } from '../network/recurrentModel';
import { scoreText, type ScoredDocument, type ScoreProgress, type TextScore } from './scoreText';

export interface Calibration {
  readonly vocabSize: number;
  /** Not trained on this workspace; null when there is none. */
  readonly base: RecurrentModel | null;
  readonly personal: RecurrentModel;
  /** Where the gate starts from; null starts afresh. */
  readonly gate: Float32Array | null;
  /** What the live text of the workspace holds: the documents trained on. */
  readonly learned: readonly { readonly uri: string; readonly tokens: Int32Array }[];
  /** None of them among the learned ones; scored from their start. */
  readonly heldOut: readonly ScoredDocument[];
}

export interface CalibratedGate {
  readonly gate: Float32Array;
  /** The mix without the personal network and with it, each learning its gate as it reads. */
  readonly before: TextScore;
  readonly after: TextScore;
}

/**
 * Scores the held-out documents with and without the personal network. The answer is the gate given, with the latter's trust
 * in the networks: what a short text says of the live counts would be learned too well.
 */
export async function calibrateGate(
  { vocabSize, base, personal, gate, learned, heldOut }: Calibration,
  onProgress?: (progress: ScoreProgress) => void | Promise<void>,
): Promise<CalibratedGate> {
  const without = createMixture({ vocabSize, networks: base === null ? [] : [base], gate });
  for (const { uri, tokens } of learned) {
    without.workspace.learnFile(uri, tokens, false);
  }
  const totalTokens = 2 * heldOut.reduce((sum, { tokens }) => sum + tokens.length, 0);
  const report = (done: number) => (progress: ScoreProgress) =>
    onProgress?.({ tokens: done + progress.tokens, totalTokens });
  const before = await scoreText(without, heldOut, report(0));
  const networks = base === null ? [personal] : [base, personal];
  const together = createMixture({ vocabSize, networks, gate, workspace: without.workspace });
  const after = await scoreText(together, heldOut, report(totalTokens / 2));
  return { gate: together.gate.adoptNetworks(new Gate(gate, 0)), before, after };
}
