/** The held-out text that a training is measured on: the same batches each time, small enough to be run often. */
import type { TrainBatch } from '../engine';
import type { DocumentTokens } from './batchStream';
import { shuffledIndices } from './shuffledIndices';

export interface HeldOutSample {
  readonly batches: readonly TrainBatch[];
  /** Tokens predicted. */
  readonly tokens: number;
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

interface Stretch {
  /** With one token before the first one predicted. */
  readonly tokens: DocumentTokens;
}

/**
 * Stretches drawn from the documents by the seed, laid out on batch rows that each start a stretch with a fresh state.
 * @param documents at least one, each of at least two tokens
 */
export function sampleHeldOut(documents: readonly DocumentTokens[], options: SampleOptions): HeldOutSample {
  const stretches = documents.flatMap(cut);
  const chosen: Stretch[] = [];
  let tokens = 0;
  let bytes = 0;
  for (const index of shuffledIndices(stretches.length, options.seed)) {
    const stretch = stretches[index];
    const predicted = stretch.tokens.subarray(1);
    if (chosen.length > 0 && tokens + predicted.length > options.maxTokens) {
      continue;
    }
    chosen.push(stretch);
    tokens += predicted.length;
    bytes += predicted.reduce((sum, id) => sum + options.bytesOf(id), 0);
  }
  return { batches: layOut(chosen, options), tokens, bytes };
}

function cut(document: DocumentTokens): Stretch[] {
  const count = Math.ceil((document.length - 1) / STRETCH_TOKENS);
  return Array.from({ length: count }, (_, i) => ({
    tokens: document.subarray(i * STRETCH_TOKENS, (i + 1) * STRETCH_TOKENS + 1),
  }));
}

/** Longest first onto the row that is shortest so far; a stretch begins at a window, the rest of its last one is padding. */
function layOut(stretches: readonly Stretch[], { batchSize, unrollSteps }: SampleOptions): TrainBatch[] {
  const windowsOf = ({ tokens }: Stretch): number => Math.ceil((tokens.length - 1) / unrollSteps);
  const rows = Array.from({ length: Math.min(batchSize, stretches.length) }, () => ({
    windows: 0,
    stretches: [] as Stretch[],
  }));
  for (const stretch of stretches.toSorted((a, b) => b.tokens.length - a.tokens.length)) {
    const row = rows.reduce((least, other) => (other.windows < least.windows ? other : least));
    row.stretches.push(stretch);
    row.windows += windowsOf(stretch);
  }
  const batches = Array.from({ length: Math.max(...rows.map((row) => row.windows)) }, () =>
    emptyBatch(rows.length, unrollSteps),
  );
  for (const [r, row] of rows.entries()) {
    let window = 0;
    for (const { tokens } of row.stretches) {
      for (let offset = 0; offset < tokens.length - 1; offset += unrollSteps, window++) {
        const { inputs, targets, mask, resets } = batches[window];
        const count = Math.min(unrollSteps, tokens.length - 1 - offset);
        inputs.set(tokens.subarray(offset, offset + count), r * unrollSteps);
        targets.set(tokens.subarray(offset + 1, offset + 1 + count), r * unrollSteps);
        mask.fill(1, r * unrollSteps, r * unrollSteps + count);
        resets[r] = offset === 0 ? 1 : 0;
      }
    }
  }
  return batches;
}

function emptyBatch(batchSize: number, unrollSteps: number): TrainBatch {
  const size = batchSize * unrollSteps;
  return {
    batchSize,
    unrollSteps,
    inputs: new Int32Array(size),
    targets: new Int32Array(size),
    mask: new Float32Array(size),
    resets: new Uint8Array(batchSize),
  };
}
