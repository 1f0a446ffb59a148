/**
 * Scaled dot-product attention (Vaswani et al. 2017, arXiv 1706.03762) of all steps of a window at once, over the window itself
 * and what is remembered from before it. A batch row's heads lie side by side: group b · heads + h.
 */
import type { Rank } from '@tensorflow/tfjs-core';
import { ATTENTION_WINDOW } from '../../model/networkConfig';
import type { AttentionMemory } from './sequenceState';
import type { Batch, Matrix, TensorOps } from './tensorOps';

/** How a window's rows look back; the same for all layers. */
export interface LookBack {
  readonly batchSize: number;
  readonly unrollSteps: number;
  readonly memory: AttentionMemory;
  /** 0 where a step may look and a large negative number where not, [B, T, length + T]. */
  readonly mask: Batch;
}

interface AttentionPass {
  /** Time-major, [N, width]. */
  readonly output: Matrix;
  /** Keys and values of the last positions, of the window and before it, to be remembered; one tensor where they are one. */
  readonly remembered: readonly Matrix[];
  /** Gradients by the window's own queries, keys and values. */
  readonly backward: (dOutput: Matrix) => {
    readonly queries: Matrix;
    readonly keys: Matrix;
    readonly values: Matrix;
  };
}

/** Far enough below any score that its exponential is zero. */
const NEVER = -1e9;

export function lookBack(
  { tf }: TensorOps,
  memory: AttentionMemory,
  batchSize: number,
  unrollSteps: number,
): LookBack {
  const { length, reach } = memory;
  const keys = length + unrollSteps;
  const mask = new Float32Array(batchSize * unrollSteps * keys);
  for (let row = 0, i = 0; row < batchSize; row++) {
    const first = length - reach[row];
    for (let t = 0; t < unrollSteps; t++) {
      for (let key = 0; key < keys; key++, i++) {
        const distance = length + t - key;
        mask[i] = distance < 0 || distance >= ATTENTION_WINDOW || key < first ? NEVER : 0;
      }
    }
  }
  return {
    batchSize,
    unrollSteps,
    memory,
    mask: tf.tensor3d(mask, [batchSize, unrollSteps, keys]),
  };
}

/** What will be remembered after the window. */
export function memoryAfter(
  { memory, unrollSteps }: LookBack,
  layers: readonly (readonly Matrix[])[],
): AttentionMemory {
  return {
    layers,
    length: Math.min(ATTENTION_WINDOW, memory.length + unrollSteps),
    reach: memory.reach.map((reach) => Math.min(ATTENTION_WINDOW, reach + unrollSteps)),
    position: memory.position + unrollSteps,
  };
}

/**
 * @param queries time-major [N, heads · width], scaled
 * @param keys as the queries
 * @param values as the queries, or the very same tensor as the keys
 */
export function attention(
  ops: TensorOps,
  lookingBack: LookBack,
  layer: number,
  heads: number,
  [queries, keys, values]: readonly [Matrix, Matrix, Matrix],
): AttentionPass {
  const { tf } = ops;
  const { batchSize, unrollSteps, memory, mask } = lookingBack;
  const before = memory.length === 0 ? [] : memory.layers[layer];
  const [allKeys, ...rest] = (keys === values ? [keys] : [keys, values]).map((own, i) =>
    before.length === 0 ? own : tf.concat([before[i], own], 0),
  );
  const allValues = rest.at(0) ?? allKeys;
  const groupsOf = (rows: Matrix): Batch => toGroups(ops, rows, batchSize, heads);
  const queryGroups = groupsOf(queries);
  const keyGroups = groupsOf(allKeys);
  const valueGroups = allValues === allKeys ? keyGroups : groupsOf(allValues);
  const probs = softmaxOf(ops, ops.batchProduct(queryGroups, keyGroups, { transposeB: true }), mask);
  const outputGroups = ops.batchProduct(probs, valueGroups);
  const kept = Math.min(ATTENTION_WINDOW, memory.length + unrollSteps);
  const latest = (rows: Matrix): Matrix =>
    ops.rowRange(rows, rows.shape[0] - kept * batchSize, kept * batchSize);
  return {
    output: fromGroups(ops, outputGroups, heads),
    remembered: (allValues === allKeys ? [allKeys] : [allKeys, allValues]).map(latest),
    backward: (dOutput) => {
      const dOutputGroups = groupsOf(dOutput);
      const dProbs = ops.batchProduct(dOutputGroups, valueGroups, { transposeB: true });
      // Σ_j p_j dp_j is the inner product of the output and its gradient, which is shorter (Dao et al. 2022, arXiv 2205.14135).
      const inner = tf.mul(
        tf.mean(tf.mul<Batch>(dOutputGroups, outputGroups), 2, true),
        outputGroups.shape[2],
      );
      const dScores = tf.mul<Batch>(probs, tf.sub(dProbs, inner));
      const own = (batch: Batch): Batch => lastColumns(ops, batch, unrollSteps);
      return {
        queries: fromGroups(ops, ops.batchProduct(dScores, keyGroups), heads),
        keys: fromGroups(ops, ops.batchProduct(own(dScores), queryGroups, { transposeA: true }), heads),
        values: fromGroups(ops, ops.batchProduct(own(probs), dOutputGroups, { transposeA: true }), heads),
      };
    },
  };
}

function softmaxOf({ tf }: TensorOps, scores: Batch, mask: Batch): Batch {
  const [batchSize, unrollSteps, keys] = mask.shape;
  const heads = scores.shape[0] / batchSize;
  return tf.tidy(() => {
    const apart = tf.reshape<Rank.R4>(scores, [batchSize, heads, unrollSteps, keys]);
    const allowed = tf.add(apart, tf.reshape<Rank.R4>(mask, [batchSize, 1, unrollSteps, keys]));
    return tf.reshape<Rank.R3>(tf.softmax(allowed), scores.shape);
  });
}

/** From time-major rows [S · B, heads · width] to [B · heads, S, width]. */
function toGroups({ tf }: TensorOps, rows: Matrix, batchSize: number, heads: number): Batch {
  const steps = rows.shape[0] / batchSize;
  const width = rows.shape[1] / heads;
  const groups = tf.transpose(tf.reshape(rows, [steps, batchSize * heads, width]), [1, 0, 2]);
  return groups as Batch;
}

/** The reverse of {@link toGroups}. */
function fromGroups({ tf }: TensorOps, groups: Batch, heads: number): Matrix {
  const [count, steps, width] = groups.shape;
  return tf.reshape(tf.transpose(groups, [1, 0, 2]), [(steps * count) / heads, heads * width]);
}

function lastColumns(ops: TensorOps, batch: Batch, count: number): Batch {
  const [groups, rows, columns] = batch.shape;
  if (count === columns) {
    return batch;
  }
  const { tf } = ops;
  const flat = tf.reshape<Rank.R2>(batch, [groups * rows, columns]);
  return tf.reshape<Rank.R3>(ops.columnRange(flat, columns - count, count), [groups, rows, count]);
}
