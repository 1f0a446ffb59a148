/** Divides a batch into parts, computed one after the other or by several threads, with the same result as the whole. */
import type { TrainBatch } from '../engine';

/** Which rows of a whole batch a smaller one holds, so that all shares together give the result of the whole. */
export interface BatchShare {
  readonly firstRow: number;
  readonly batchSize: number;
  /** Counted targets. */
  readonly count: number;
}

export interface BatchPart {
  readonly rows: TrainBatch;
  /** Its first row's place in the batch. */
  readonly from: number;
  readonly index: number;
}

export function wholeOf({ batchSize, mask }: TrainBatch): BatchShare {
  return { firstRow: 0, batchSize, count: countOf(mask) };
}

/** The batch in parts of at most so many rows. */
export function partsOf(batch: TrainBatch, mostRows: number): BatchPart[] {
  const sizes = partSizes(batch.batchSize, mostRows);
  if (sizes.length === 1) {
    return [{ rows: batch, from: 0, index: 0 }];
  }
  let from = 0;
  return sizes.map((size, index) => {
    const start = from;
    from += size;
    return { rows: rowsOf(batch, start, from), from: start, index };
  });
}

/** By repeated halving, so that a smaller limit only divides each part further. */
export function partSizes(batchSize: number, mostRows: number): number[] {
  if (batchSize <= mostRows) {
    return [batchSize];
  }
  const half = Math.ceil(batchSize / 2);
  return [...partSizes(half, mostRows), ...partSizes(batchSize - half, mostRows)];
}

/** Some rows of a batch. */
export function rowsOf(batch: TrainBatch, from: number, to: number): TrainBatch {
  const { unrollSteps } = batch;
  const [start, end] = [from * unrollSteps, to * unrollSteps];
  return {
    batchSize: to - from,
    unrollSteps,
    inputs: batch.inputs.slice(start, end),
    targets: batch.targets.slice(start, end),
    mask: batch.mask.slice(start, end),
    resets: batch.resets.slice(from, to),
  };
}

/** The time-major values of a share's `batchSize` rows, out of those of the whole batch. */
export function rowsOfSteps(
  whole: Float32Array,
  share: BatchShare,
  batchSize: number,
  unrollSteps: number,
  width: number,
): Float32Array {
  if (share.batchSize === batchSize) {
    return whole;
  }
  const own = new Float32Array(unrollSteps * batchSize * width);
  for (let t = 0; t < unrollSteps; t++) {
    const start = (t * share.batchSize + share.firstRow) * width;
    own.set(whole.subarray(start, start + batchSize * width), t * batchSize * width);
  }
  return own;
}

/** [batchSize, unrollSteps] to [unrollSteps, batchSize]. */
export function timeMajor<A extends Int32Array | Float32Array>(values: A, batch: TrainBatch): A {
  const { batchSize, unrollSteps } = batch;
  const turned = values.slice() as A;
  for (let row = 0; row < batchSize; row++) {
    for (let t = 0; t < unrollSteps; t++) {
      turned[t * batchSize + row] = values[row * unrollSteps + t];
    }
  }
  return turned;
}

export function countOf(mask: Float32Array): number {
  return mask.reduce((sum, weight) => sum + weight, 0);
}
