/** The held-out text that a training is measured on: the same batches each time, small enough to be run often. */
import type { TrainBatch } from '../engine';
import { emptyBatch, writeWindow, type DocumentTokens } from './batchStream';
import { shuffledIndices } from './shuffledIndices';

export interface HeldOutSample {
  readonly batches: readonly TrainBatch[];
  /** UTF-8 bytes of the tokens predicted. */
  readonly bytes: number;
}

interface SampleOptions {
  /** At least one stretch is taken, even if it is longer. */
  readonly maxTokens: number;
  readonly batchSize: number;
  readonly unrollSteps: number;
  readonly seed: number;
  /** UTF-8 bytes that a token stands for. */
  readonly bytesOf: (tokenId: number) => number;
}

/** Long texts are sampled in stretches, so that a small sample still sees many files. */
const STRETCH_TOKENS = 256;

/**
 * Stretches drawn from the documents by the seed, laid out on batch rows that each start a stretch with a fresh state.
 * @param documents at least one, each of at least two tokens
 */
export function sampleHeldOut(documents: readonly DocumentTokens[], options: SampleOptions): HeldOutSample {
  const stretches = documents.flatMap(cut);
  const chosen: DocumentTokens[] = [];
  let tokens = 0;
  let bytes = 0;
  for (const index of shuffledIndices(stretches.length, options.seed)) {
    const stretch = stretches[index];
    const predicted = stretch.subarray(1);
    if (chosen.length > 0 && tokens + predicted.length > options.maxTokens) {
      continue;
    }
    chosen.push(stretch);
    tokens += predicted.length;
    bytes += predicted.reduce((sum, id) => sum + options.bytesOf(id), 0);
  }
  return { batches: layOut(chosen, options), bytes };
}

/** Each with one token before the first one predicted. */
function cut(document: DocumentTokens): DocumentTokens[] {
  const count = Math.ceil((document.length - 1) / STRETCH_TOKENS);
  return Array.from({ length: count }, (_, i) =>
    document.subarray(i * STRETCH_TOKENS, (i + 1) * STRETCH_TOKENS + 1),
  );
}

/** Longest first onto the shortest row so far. A stretch starts at a window border; the rest of its last window is padding. */
function layOut(
  stretches: readonly DocumentTokens[],
  { batchSize, unrollSteps }: SampleOptions,
): TrainBatch[] {
  const rows = Array.from({ length: Math.min(batchSize, stretches.length) }, () => ({
    windows: 0,
    stretches: [] as DocumentTokens[],
  }));
  for (const stretch of stretches.toSorted((a, b) => b.length - a.length)) {
    const row = rows.reduce((least, other) => (other.windows < least.windows ? other : least));
    row.stretches.push(stretch);
    row.windows += Math.ceil((stretch.length - 1) / unrollSteps);
  }
  const batches = Array.from({ length: Math.max(...rows.map((row) => row.windows)) }, () =>
    emptyBatch(rows.length, unrollSteps),
  );
  for (const [r, row] of rows.entries()) {
    let window = 0;
    for (const tokens of row.stretches) {
      for (let offset = 0; offset < tokens.length - 1; offset += unrollSteps, window++) {
        writeWindow(batches[window], r, tokens.subarray(offset, offset + unrollSteps + 1), offset === 0);
      }
    }
  }
  return batches;
}
