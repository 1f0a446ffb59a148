/**
 * Windows of truncated back-propagation over a set of documents. Each row of the batch walks through one stretch of a
 * document, its state carried from window to window, and then takes the next; every epoch has its own order.
 */
import type { TrainBatch } from '../engine';
import { shuffledIndices } from './shuffledIndices';

/** A text as tokens: `endOfText`, the text, `endOfText`; the first is only read, the last only predicted. */
export type DocumentTokens = Uint16Array;

export interface BatchStreamOptions {
  readonly batchSize: number;
  readonly unrollSteps: number;
  readonly seed: number;
}

/** Where a stream stands; plain data, so that it can be saved. */
export interface BatchPosition {
  readonly epoch: number;
  /** Stretches handed out in this epoch. */
  readonly taken: number;
  /** By row: the stretch and the next token in it. */
  readonly rows: readonly { readonly stretch: number; readonly offset: number }[];
}

interface Stretch {
  readonly document: number;
  readonly start: number;
  /** Index of the last token to predict. */
  readonly end: number;
}

/** Windows that a long document is cut into at least, so that the rows of a batch see different text. */
const STRETCHES_PER_ROW = 4;
const SHORTEST_STRETCH_WINDOWS = 4;

export class BatchStream {
  /** Rows of each batch: fewer than asked for when there is less text than one window each. */
  readonly batchSize: number;
  /** Targets in one epoch. */
  readonly tokensPerEpoch: number;
  private readonly stretches: readonly Stretch[];
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
    this.tokensPerEpoch = documents.reduce((sum, { length }) => sum + length - 1, 0);
    this.batchSize = Math.max(1, Math.min(batchSize, Math.floor(this.tokensPerEpoch / unrollSteps)));
    this.stretches = cut(documents, this.tokensPerEpoch, this.batchSize, unrollSteps);
    this.order = this.orderOf(0);
    this.rows = Array.from({ length: this.batchSize }, () => this.take());
  }

  /** Epochs begun and the share of the present one, e.g. 1.25. */
  get epochs(): number {
    return this.epoch + this.taken / this.stretches.length;
  }

  next(): TrainBatch {
    const { batchSize } = this;
    const { unrollSteps } = this.options;
    const inputs = new Int32Array(batchSize * unrollSteps);
    const targets = new Int32Array(batchSize * unrollSteps);
    const mask = new Float32Array(batchSize * unrollSteps);
    const resets = new Uint8Array(batchSize);
    for (let row = 0; row < batchSize; row++) {
      if (this.rows[row].offset >= this.stretches[this.rows[row].stretch].end) {
        this.rows[row] = this.take();
      }
      const position = this.rows[row];
      const { document, start, end } = this.stretches[position.stretch];
      const count = Math.min(unrollSteps, end - position.offset);
      const tokens = this.documents[document];
      inputs.set(tokens.subarray(position.offset, position.offset + count), row * unrollSteps);
      targets.set(tokens.subarray(position.offset + 1, position.offset + 1 + count), row * unrollSteps);
      mask.fill(1, row * unrollSteps, row * unrollSteps + count);
      resets[row] = position.offset === start ? 1 : 0;
      position.offset += count;
    }
    return { batchSize, unrollSteps, inputs, targets, mask, resets };
  }

  position(): BatchPosition {
    return { epoch: this.epoch, taken: this.taken, rows: this.rows.map((row) => ({ ...row })) };
  }

  /**
   * Continues where a stream over the same documents with the same options stood.
   * The carried state is not part of the position: each row begins its stretch anew.
   */
  restore(position: BatchPosition): void {
    this.epoch = position.epoch;
    this.taken = position.taken;
    this.order = this.orderOf(position.epoch);
    this.rows = position.rows.map(({ stretch }) => ({ stretch, offset: this.stretches[stretch].start }));
  }

  private take(): { stretch: number; offset: number } {
    if (this.taken === this.stretches.length) {
      this.epoch++;
      this.taken = 0;
      this.order = this.orderOf(this.epoch);
    }
    const stretch = this.order[this.taken++];
    return { stretch, offset: this.stretches[stretch].start };
  }

  private orderOf(epoch: number): Uint32Array {
    return shuffledIndices(this.stretches.length, this.options.seed + Math.imul(epoch, 0x9e3779b1));
  }
}

function cut(
  documents: readonly DocumentTokens[],
  total: number,
  rows: number,
  unrollSteps: number,
): Stretch[] {
  let windows = Math.max(
    Math.ceil(total / (rows * STRETCHES_PER_ROW * unrollSteps)),
    SHORTEST_STRETCH_WINDOWS,
  );
  const count = () =>
    documents.reduce((sum, { length }) => sum + Math.ceil((length - 1) / (windows * unrollSteps)), 0);
  // Where text is scarce stretches are shorter, or rows would read the same one.
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
