/** Learns after a training, on held-out text, how far the gate should trust the new personal network. */
import type { Expert } from '../expert';
import { initialParameters, KINDS_OFFSET, NETWORK_OFFSET } from '../mixture/gateParameters';
import { Mixture } from '../mixture/mixture';
import { scoreText, type ScoredDocument, type ScoreProgress, type TextScore } from './scoreText';

interface Calibration {
  /** [vocabSize], see `tokenKinds.ts`. */
  readonly kinds: Uint8Array;
  /** Not trained on this workspace; null when there is none. */
  readonly base: Expert | null;
  /** New personal networks of which one is to be chosen, at least one. */
  readonly candidates: readonly Expert[];
  /** The personal network whose place the chosen one would take; null when there is none. */
  readonly earlier?: Expert | null;
  /** Where the gate starts from; null starts afresh. */
  readonly gate: Float32Array | null;
  /** What the live text of the workspace holds: the documents trained on. */
  readonly learned: readonly { readonly uri: string; readonly tokens: Int32Array }[];
  /** None of them among the learned ones; scored from their start. */
  readonly heldOut: readonly ScoredDocument[];
}

interface CalibratedGate {
  /** Index of the candidate whose mix scores best. */
  readonly chosen: number;
  readonly gate: Float32Array;
  /** The mix without a personal network and with the chosen one, each learning its gate as it reads. */
  readonly before: TextScore;
  readonly after: TextScore;
  /** The mix with the earlier personal network in its place, where there is one. */
  readonly earlier: TextScore | null;
}

/**
 * Scores the held-out documents without a personal network and with each candidate. The result is the given gate with the best
 * candidate's trust in the networks; its trust in the live counts is not taken over, as so short a text would overfit it.
 */
export async function calibrateGate(
  { kinds, base, candidates, earlier = null, gate, learned, heldOut }: Calibration,
  onProgress?: (progress: ScoreProgress) => void | Promise<void>,
): Promise<CalibratedGate> {
  const own = base === null ? [] : [base];
  const without = new Mixture({ kinds, networks: own, gate });
  const { workspace } = without;
  for (const { uri, tokens } of learned) {
    workspace.learnFile(uri, tokens, false);
  }
  const beside = (personal: Expert): Mixture =>
    new Mixture({ kinds, networks: [...own, personal], gate, workspace });
  const withCandidate = candidates.map(beside);
  const mixes = [without, ...withCandidate, ...(earlier === null ? [] : [beside(earlier)])];
  const tokens = heldOut.reduce((sum, document) => sum + document.tokens.length, 0);
  const scores: TextScore[] = [];
  for (const [i, mix] of mixes.entries()) {
    const score = await scoreText(mix, heldOut, (progress) =>
      onProgress?.({ tokens: i * tokens + progress.tokens, totalTokens: mixes.length * tokens }),
    );
    scores.push(score);
  }
  const [before, ...others] = scores;
  const bits = others.slice(0, candidates.length).map(({ bitsPerByte }) => bitsPerByte['mix']);
  const chosen = bits.indexOf(Math.min(...bits));
  const learnedNow = withCandidate[chosen].gate.parameters;
  const parameters = initialParameters(kinds.length, gate);
  parameters.set(learnedNow.subarray(NETWORK_OFFSET, KINDS_OFFSET), NETWORK_OFFSET);
  return {
    chosen,
    gate: parameters,
    before,
    after: others[chosen],
    earlier: others.at(candidates.length) ?? null,
  };
}
