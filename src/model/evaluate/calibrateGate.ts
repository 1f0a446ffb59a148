/** After training: how far the gate should trust the new personal network, learned on text that was held out. */
import { Gate } from '../mixture/gate';
import { createMixture } from '../mixture/mixture';
import type { NetworkModel } from '../network/networkModel';
import { scoreText, type ScoredDocument, type ScoreProgress, type TextScore } from './scoreText';

export interface Calibration {
  readonly vocabSize: number;
  /** [vocabSize], see `tokenKinds.ts`. */
  readonly kinds: Uint8Array;
  /** Not trained on this workspace; null when there is none. */
  readonly base: NetworkModel | null;
  readonly personal: NetworkModel;
  /** The personal network that the new one would take the place of; null when there is none. */
  readonly earlier?: NetworkModel | null;
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
  /** The mix with the earlier personal network in its place, where there is one. */
  readonly earlier: TextScore | null;
}

/**
 * Scores the held-out documents with and without the personal network. The answer is the gate given, with the former's trust
 * in the networks: what a short text says of the live counts would be learned too well.
 */
export async function calibrateGate(
  { vocabSize, kinds, base, personal, earlier = null, gate, learned, heldOut }: Calibration,
  onProgress?: (progress: ScoreProgress) => void | Promise<void>,
): Promise<CalibratedGate> {
  const own = base === null ? [] : [base];
  const without = createMixture({ vocabSize, kinds, networks: own, gate });
  const { workspace } = without;
  for (const { uri, tokens } of learned) {
    workspace.learnFile(uri, tokens, false);
  }
  const together = createMixture({ vocabSize, kinds, networks: [...own, personal], gate, workspace });
  const mixes = [without, together];
  if (earlier !== null) {
    mixes.push(createMixture({ vocabSize, kinds, networks: [...own, earlier], gate, workspace }));
  }
  const tokens = heldOut.reduce((sum, document) => sum + document.tokens.length, 0);
  const scores: TextScore[] = [];
  for (const [i, mix] of mixes.entries()) {
    const score = await scoreText(mix, heldOut, (progress) =>
      onProgress?.({ tokens: i * tokens + progress.tokens, totalTokens: mixes.length * tokens }),
    );
    scores.push(score);
  }
  const [before, after] = scores;
  return {
    gate: together.gate.adoptNetworks(new Gate(vocabSize, gate, 0)),
    before,
    after,
    earlier: scores.at(2) ?? null,
  };
}
