/** How well the experts and their mix predict texts that they have not seen. */
import { Mixture } from '../mixture/mixture';
import type { MixtureState } from '../mixtureModel';

/** A model in another process is asked about this many tokens at once. */
const PREPARED_TOGETHER = 64;

export interface ScoredDocument {
  readonly uri: string;
  readonly tokens: Int32Array;
  /** Of the text in UTF-8. */
  readonly bytes: number;
}

export interface TextScore {
  readonly bytes: number;
  readonly tokens: number;
  /** By name of the expert; `counts` and `copy` each have only the unigrams below them, `mix` is all experts together. */
  readonly bitsPerByte: Readonly<Record<string, number>>;
}

export interface ScoreProgress {
  readonly tokens: number;
  readonly totalTokens: number;
}

/**
 * Reads each document from its start and scores every token before anything learns it: the counts of the document, then
 * the gate. Files of the workspace must have been learned before; none of the documents may be among them.
 * @param onProgress called about every thousand tokens; a promise it returns is awaited, so that a caller can yield or abort
 * @throws Error with a sentence for the user, by rejecting, when a language model gives no answer
 */
export async function scoreText(
  mix: Mixture,
  documents: readonly ScoredDocument[],
  onProgress?: (progress: ScoreProgress) => void | Promise<void>,
): Promise<TextScore> {
  const { kinds, workspace } = mix;
  const alone = { kinds, networks: [], gate: null, workspace };
  const counts = new Mixture({ ...alone, without: ['copy'] });
  const copy = new Mixture({ ...alone, without: ['counts'] });
  const names = [...mix.networkNames, 'counts', 'copy', 'mix'];
  const bits = new Float64Array(names.length);
  const totalTokens = documents.reduce((sum, { tokens }) => sum + tokens.length, 0);
  let tokens = 0;
  for (const document of documents) {
    workspace.openDocument(document.uri);
    let state = mix.start();
    let aloneStates = [counts.start(), copy.start()];
    const window: MixtureState[] = [];
    for (const [position, tokenId] of document.tokens.entries()) {
      if (position % PREPARED_TOGETHER === 0) {
        window.length = 0;
        for (const next of document.tokens.subarray(position, position + PREPARED_TOGETHER)) {
          window.push(state);
          state = mix.next(state, next);
        }
        await mix.prepare(window);
      }
      const scored = mix.scoreAndLearn(window[position % PREPARED_TOGETHER], tokenId);
      if (scored.networks.some(Number.isNaN)) {
        throw new Error('A language model gave no answer while it was measured. See whether it still runs.');
      }
      const probabilities = [
        ...scored.networks,
        counts.scoreAndLearn(aloneStates[0], tokenId).mix,
        copy.scoreAndLearn(aloneStates[1], tokenId).mix,
        scored.mix,
      ];
      for (const [i, probability] of probabilities.entries()) {
        // A 32-bit softmax may round a probability to zero; the smallest one stands for it.
        bits[i] -= Math.log2(Math.max(probability, 1e-38));
      }
      workspace.document.append([tokenId]);
      aloneStates = [counts.next(aloneStates[0], tokenId), copy.next(aloneStates[1], tokenId)];
      if (++tokens % 1024 === 0) {
        await onProgress?.({ tokens, totalTokens });
      }
    }
  }
  workspace.openDocument(null);
  const bytes = documents.reduce((sum, document) => sum + document.bytes, 0);
  return {
    bytes,
    tokens,
    bitsPerByte: Object.fromEntries(names.map((name, i) => [name, bits[i] / bytes])),
  };
}
