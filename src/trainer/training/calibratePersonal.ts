/** After the optimisation: learns on held-out text how far ghost text should trust the new network. */
import { readFile } from 'node:fs/promises';
import { hasTokens, type Checkpoint } from '../../model/checkpoint/checkpoint';
import { calibrateGate } from '../../model/evaluate/calibrateGate';
import type { ScoredDocument, TextScore } from '../../model/evaluate/scoreText';
import { createKernelNetwork } from '../../model/network/kernelNetwork';
import type { StoredWeights } from '../../model/network/quantizedMatrix';
import { tokenKinds } from '../../model/tokenizer/tokenKinds';
import type { MixScores } from '../../protocol/trainerEvents';
import type { Corpus } from '../corpus/readCorpus';
import type { DocumentTokens } from '../data/batchStream';
import { shuffledIndices } from '../data/shuffledIndices';
import { readCheckpoint } from '../readModel';
import type { Beginning } from './beginning';
import { helps, isBetter } from './improvement';

/** Some seconds of scoring on a common machine. */
const MAX_HELD_OUT_TOKENS = 8192;
/** Of a long document only the beginning is taken if there are many, so that the sample covers more of them. */
const MAX_DOCUMENT_TOKENS = 1024;
/** Live text while scoring; more would cost seconds and change the gate little. */
const MAX_LEARNED_TOKENS = 1_000_000;

interface CalibrationJob {
  /** New networks of which one is to be chosen, at least one; as they are stored, so that what is promised is what is used. */
  readonly candidates: readonly StoredWeights[];
  readonly beginning: Beginning;
  /** The personal model whose place the chosen one would take, with the same tokenizer; null when there is none. */
  readonly earlier: Pick<Checkpoint, 'config' | 'weights'> | null;
  readonly corpus: Pick<Corpus, 'train' | 'heldOut'>;
  /** Null where ghost text has no base network. */
  readonly baseModelPath: string | null;
  /** kernel.wasm */
  readonly kernelPath: string;
  readonly seed: number;
  /** 0 to 1; a promise it returns is waited for, so that it can let a cancellation in by throwing. */
  readonly onProgress: (share: number) => Promise<void>;
}

export interface CalibratedModel {
  /** The place of the candidate with which ghost text is best. */
  readonly chosen: number;
  readonly gate: Float32Array;
  /** Ghost text without a personal network, with the chosen one, and with the earlier one. */
  readonly mix: MixScores;
}

/** Whether ghost text is better with the new network than without one, and than with the present one. */
export function gains({ before, after, earlier }: MixScores): boolean {
  return helps(after, before) && isBetter(after, earlier ?? null);
}

/** @throws Error when a file cannot be read or is no model, and what `onProgress` throws */
export async function calibratePersonal(job: CalibrationJob): Promise<CalibratedModel> {
  const { beginning, corpus, kernelPath, seed } = job;
  const { config, tokenizer, initial } = beginning;
  const kernel = await readFile(kernelPath);
  const baseCheckpoint = await readBase(job);
  const networkOf = (model: Pick<Checkpoint, 'config' | 'weights'>, name: string) =>
    createKernelNetwork(model.config, model.weights, name, kernel);
  const base = baseCheckpoint && networkOf(baseCheckpoint, 'base');
  const candidates = job.candidates.map((weights) => networkOf({ config, weights }, 'personal'));
  const earlier = job.earlier && networkOf(job.earlier, 'personal');
  const longest = Math.max(MAX_DOCUMENT_TOKENS, Math.ceil(MAX_HELD_OUT_TOKENS / corpus.heldOut.length));
  try {
    const scores = await calibrateGate(
      {
        kinds: tokenKinds(tokenizer),
        base,
        candidates,
        earlier,
        gate: initial?.gate ?? baseCheckpoint?.gate ?? null,
        learned: drawn(corpus.train, seed, MAX_LEARNED_TOKENS, Infinity).map((tokens, i) => ({
          uri: `learned ${i}`,
          tokens,
        })),
        heldOut: drawn(corpus.heldOut, seed, MAX_HELD_OUT_TOKENS, longest).map(
          (tokens, i): ScoredDocument => ({
            uri: `held out ${i}`,
            tokens,
            bytes: tokens.reduce((sum, id) => sum + tokenizer.tokenBytes(id).length, 0),
          }),
        ),
      },
      ({ tokens, totalTokens }) => job.onProgress(tokens / totalTokens),
    );
    const score = ({ bytes, bitsPerByte }: TextScore) => ({ bytes, bitsPerByte: bitsPerByte['mix'] });
    return {
      chosen: scores.chosen,
      gate: scores.gate,
      mix: {
        before: score(scores.before),
        after: score(scores.after),
        ...(scores.earlier === null ? {} : { earlier: score(scores.earlier) }),
      },
    };
  } finally {
    for (const network of [base, ...candidates, earlier]) {
      network?.dispose();
    }
  }
}

async function readBase({ baseModelPath, beginning }: CalibrationJob): Promise<Checkpoint | null> {
  if (baseModelPath === null) {
    return null;
  }
  const checkpoint = await readCheckpoint(baseModelPath);
  // Ghost text does not use a base network with another tokenizer.
  return hasTokens(checkpoint, beginning.tokenizer) ? checkpoint : null;
}

/** Documents in an order drawn by the seed, without the marks of their ends, until their tokens reach the limit; at least one. */
function drawn(
  documents: readonly DocumentTokens[],
  seed: number,
  maxTokens: number,
  maxDocumentTokens: number,
): Int32Array[] {
  const chosen: Int32Array[] = [];
  let total = 0;
  for (const index of shuffledIndices(documents.length, seed)) {
    const document = documents[index];
    const endOfText = document[0];
    const end = document.at(-1) === endOfText ? document.length - 1 : document.length;
    const room = Math.min(maxDocumentTokens, maxTokens - total);
    const tokens = Int32Array.from(document.subarray(1, Math.min(end, 1 + room)));
    if (tokens.length > 0) {
      chosen.push(tokens);
      total += tokens.length;
    }
  }
  return chosen;
}
