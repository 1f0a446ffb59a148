/**
 * Windows of truncated back-propagation over a set of documents. Each row of the batch walks through one stretch of a
 * document, its state carried from window to window, and then takes the next; every epoch has its own order.
 */
import { seededRandom } from '../../model/generation/seededRandom';
import type { TrainBatch } from '../engine';
import { shuffledIndices } from './shuffledIndices';

/** A text as tokens: `endOfText`, the text, `endOfText`; the first is only read, the last only predicted. */
export type DocumentTokens = Uint16Array;

/** Tokens that are predicted. */
export function countTargets(documents: readonly DocumentTokens[]): number {
  return documents.reduce((sum, { length }) => sum + length - 1, 0);
}

interface BatchStreamOptions {
  readonly batchSize: number;
  readonly unrollSteps: number;
  readonly seed: number;
  /**
   * How often a stretch of a document is read relative to others, above 0; without it all are read alike. The heaviest
   * stretches are read in every epoch, those of half their weight in about every second one.
   */
  readonly weightOf?: StretchWeight;
}

/** Of the tokens `from` (included) to `to` (excluded) of a document; those are predicted. */
export type StretchWeight = (document: number, from: number, to: number) => number;

/** The same of a stretch that was handed out. */
export interface ReadStretch {
  readonly document: number;
  readonly from: number;
  readonly to: number;
}

/** Where a stream stands; plain data, so that it can be saved. */
export interface BatchPosition {
  readonly epoch: number;
  /** Stretches handed out in this epoch. */
  readonly taken: number;
  /** By row: the stretch and the next token in it. */
  readonly rows: readonly { readonly stretch: number; readonly offset: number }[];
  /** By stretch, the probability that an epoch reads it; null reads all. */
  readonly shares: Float64Array | null;
}

interface Stretch {
  readonly document: number;
  readonly start: number;
  /** Index of the last token to predict. */
  readonly end: number;
}

/** A long document is cut into at least so many stretches a row, so that the rows of a batch see different text. */
const STRETCHES_PER_ROW = 4;
const SHORTEST_STRETCH_WINDOWS = 4;
/** Limits weighted stretches, so that a changed paragraph does not raise the weight of a whole long document. */
const LONGEST_WEIGHTED_WINDOWS = 32;

export class BatchStream {
  /** Rows of each batch: fewer than asked for when there is less text than one window each. */
  readonly batchSize: number;
  /** Targets in one epoch. */
  readonly tokensPerEpoch: number;
  private readonly stretches: readonly Stretch[];
  private shares: BatchPosition['shares'];
  private order: Uint32Array;
  private epoch = 0;
  private taken = 0;
  private rows: { stretch: number; offset: number }[];

  /**
   * @param documents at least one, each of at least two tokens
   */
  constructor(
    private readonly documents: readonly DocumentTokens[],
    private readonly options: BatchStreamOptions,
  ) {
    const { batchSize, unrollSteps } = options;
    this.tokensPerEpoch = countTargets(documents);
    this.batchSize = Math.max(1, Math.min(batchSize, Math.floor(this.tokensPerEpoch / unrollSteps)));
    const longest = options.weightOf === undefined ? Infinity : LONGEST_WEIGHTED_WINDOWS;
    this.stretches = cut(documents, this.tokensPerEpoch, this.batchSize, unrollSteps, longest);
    this.shares = options.weightOf === undefined ? null : sharesOf(this.stretches, options.weightOf);
    this.order = this.orderOf(0);
    this.rows = Array.from({ length: this.batchSize }, () => this.take());
  }

  /** Passes over the text so far, e.g. 1.25. Of a stretch only what was handed out counts: in a short text the rows take all of it at once. */
  get epochs(): number {
    const ahead = this.rows.reduce((sum, { stretch, offset }) => {
      const { start, end } = this.stretches[stretch];
      return sum + (end - offset) / (end - start);
    }, 0);
    return Math.max(0, this.epoch + (this.taken - ahead) / this.order.length);
  }

  next(): TrainBatch {
    const batch = emptyBatch(this.batchSize, this.options.unrollSteps);
    for (let row = 0; row < batch.batchSize; row++) {
      if (this.rows[row].offset >= this.stretches[this.rows[row].stretch].end) {
        this.rows[row] = this.take();
      }
      const position = this.rows[row];
      const { document, start, end } = this.stretches[position.stretch];
      const { offset } = position;
      position.offset = Math.min(offset + batch.unrollSteps, end);
      const tokens = this.documents[document].subarray(offset, position.offset + 1);
      writeWindow(batch, row, tokens, offset === start);
    }
    return batch;
  }

  /** What was handed out up to a position, each stretch once; of a stretch that a row is in, the part before it. */
  readUntil({ epoch: last, taken, rows }: BatchPosition): ReadStretch[] {
    const begun = new Uint32Array(this.stretches.length);
    for (let epoch = 0; epoch <= last; epoch++) {
      for (const stretch of this.orderOf(epoch).subarray(0, epoch === last ? taken : undefined)) {
        begun[stretch]++;
      }
    }
    return this.stretches.flatMap(({ document, start, end }, stretch) => {
      const offsets = rows.filter((row) => row.stretch === stretch).map(({ offset }) => offset);
      const read = begun[stretch] > offsets.length ? end : Math.max(start, ...offsets);
      return read > start ? [{ document, from: start + 1, to: read + 1 }] : [];
    });
  }

  position(): BatchPosition {
    const { epoch, taken, rows, shares } = this;
    return { epoch, taken, rows: rows.map((row) => ({ ...row })), shares };
  }

  /**
   * Continues where a stream over the same documents with the same options stood. Only the weights may be others: those of that
   * stream go on, as they tell what it has read. The carried state is not part of the position: each row begins the stretch anew that
   * it is in.
   */
  restore(position: BatchPosition): void {
    this.epoch = position.epoch;
    this.taken = position.taken;
    this.shares = position.shares;
    this.order = this.orderOf(position.epoch);
    this.rows = position.rows.map(({ stretch, offset }) => {
      const { start, end } = this.stretches[stretch];
      return { stretch, offset: offset < end ? start : end };
    });
  }

  private take(): { stretch: number; offset: number } {
    if (this.taken === this.order.length) {
      this.epoch++;
      this.taken = 0;
      this.order = this.orderOf(this.epoch);
    }
    const stretch = this.order[this.taken++];
    return { stretch, offset: this.stretches[stretch].start };
  }

  private orderOf(epoch: number): Uint32Array {
    const seed = this.options.seed + Math.imul(epoch, 0x9e3779b1);
    const all = shuffledIndices(this.stretches.length, seed);
    const { shares } = this;
    if (shares === null) {
      return all;
    }
    const random = seededRandom(seed ^ 0x5bd1e995);
    return all.filter((stretch) => random() < shares[stretch]);
  }
}

/** Weights scaled so that the largest is 1, which random() never reaches: no epoch is empty. */
function sharesOf(stretches: readonly Stretch[], weightOf: StretchWeight): Float64Array {
  const weights = Float64Array.from(stretches, ({ document, start, end }) =>
    weightOf(document, start + 1, end + 1),
  );
  const largest = weights.reduce((most, weight) => Math.max(most, weight), 0);
  return weights.map((weight) => weight / largest);
}

function cut(
  documents: readonly DocumentTokens[],
  total: number,
  rows: number,
  unrollSteps: number,
  longest: number,
): Stretch[] {
  const even = Math.ceil(total / (rows * STRETCHES_PER_ROW * unrollSteps));
  let windows = Math.min(Math.max(even, SHORTEST_STRETCH_WINDOWS), longest);
  const count = () =>
    documents.reduce((sum, { length }) => sum + Math.ceil((length - 1) / (windows * unrollSteps)), 0);
  // Where text is scarce, shorter stretches keep two rows from reading the same one.
  while (windows > 1 && count() < rows) {
    windows--;
  }
  const length = windows * unrollSteps;
  return documents.flatMap((tokens, document) => {
    const count = Math.ceil((tokens.length - 1) / length);
    return Array.from({ length: count }, (_, i) => ({
      document,
      start: i * length,
      end: Math.min((i + 1) * length, tokens.length - 1),
    }));
  });
}

/** All padding. */
export function emptyBatch(batchSize: number, unrollSteps: number): TrainBatch {
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

/** Fills a row by at most unrollSteps + 1 tokens: each but the last is read, each but the first predicted. */
export function writeWindow(batch: TrainBatch, row: number, tokens: DocumentTokens, isStart: boolean): void {
  const at = row * batch.unrollSteps;
  batch.inputs.set(tokens.subarray(0, -1), at);
  batch.targets.set(tokens.subarray(1), at);
  batch.mask.fill(1, at, at + tokens.length - 1);
  batch.resets[row] = isStart ? 1 : 0;
}
