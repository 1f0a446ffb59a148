/**
 * The narrow interface between the hand-written network and an engine: everything that some engine computes in a way of its
 * own. {@link StockOps} answers all of it with ordinary TensorFlow.js ops.
 *
 * Matrices are row-major [rows, columns]; B is the batch size, T the unrolled steps, N = T·B, H the hidden size, V the
 * vocabulary size, E the embedding size. Sequences are time-major: row t·B + b is step t of batch row b.
 */
import type * as tfjs from '@tensorflow/tfjs-core';
import type { CellKind } from '../../model/networkConfig';

/** The namespace of TensorFlow.js, passed in because each engine brings its own copy. */
export type TensorFlow = typeof tfjs;
export type Tensor = tfjs.Tensor;
export type Matrix = tfjs.Tensor2D;
export type Vector = tfjs.Tensor1D;
/** Several matrices of one shape, [G, rows, columns]. */
export type Batch = tfjs.Tensor3D;

/** State carried from one step to the next, [B, H] each; only the LSTM has a cell state. */
export interface RecurrentState {
  readonly hidden: Matrix;
  readonly cell: Matrix | null;
}

export interface RecurrentInput {
  /** inputKernel · x + bias over all steps, [N, gates · H]. */
  readonly inputGates: Matrix;
  /** [H, gates · H]. */
  readonly recurrentKernel: Matrix;
  /** The GRU's, [3 · H]. */
  readonly recurrentBias: Vector | null;
  readonly initial: RecurrentState;
  readonly unrollSteps: number;
}

export interface RecurrentTape {
  /** h_1 … h_T, [N, H]. */
  readonly outputs: Matrix;
  /** h_0 … h_(T−1), [N, H]. */
  readonly previousOutputs: Matrix;
  readonly final: RecurrentState;
  /** What the engine's backward pass needs. */
  readonly saved: readonly Tensor[];
}

export interface RecurrentGradients {
  /** Gradient of the loss by `inputGates`, [N, gates · H]. */
  readonly inputGates: Matrix;
  /** Gradient by recurrentKernel · h (+ recurrentBias), [N, gates · H]; the same tensor as `inputGates` but for the GRU. */
  readonly recurrentGates: Matrix;
}

export interface SoftmaxLoss {
  /** Sum over rows of weight · cross-entropy, nats; a scalar. */
  readonly lossSum: Tensor;
  /** Gradient of `lossSum` by the logits, [N, V]; null when it was not asked for. */
  readonly gradient: Matrix | null;
}

export interface AdamUpdate {
  readonly learningRate: number;
  /** Applied to each gradient first: the clipping factor. */
  readonly gradientScale: number;
  /** Number of this step, from 1, for the bias correction. */
  readonly step: number;
}

/** A learned tensor with Adam's moments, all of one shape. */
export interface AdamSlot {
  readonly value: Tensor;
  readonly firstMoment: Tensor;
  readonly secondMoment: Tensor;
}

/** Tensors made by a method belong to the tidy scope around the call; a method never disposes its arguments. */
export interface TensorOps {
  readonly tf: TensorFlow;
  /** a · b. Never with TensorFlow.js' transposed flags: with these wasm has a tenth of the speed. */
  product(a: Matrix, b: Matrix): Matrix;
  transpose(a: Matrix): Matrix;
  /** For each g the product of the g-th matrices of a and b, either of which may be read transposed, [G, rows, columns]. */
  batchProduct(
    a: Batch,
    b: Batch,
    transposed?: { readonly transposeA?: boolean; readonly transposeB?: boolean },
  ): Batch;
  /** Rows start … start + count − 1, [count, C]. */
  rowRange(a: Matrix, start: number, count: number): Matrix;
  /** Columns start … start + count − 1, [R, count]. */
  columnRange(a: Matrix, start: number, count: number): Matrix;
  /** Row ids[n] of `table` [V, E] as row n, [N, E]. */
  rowsAt(table: Matrix, ids: Int32Array): Matrix;
  /** Sums over the rows: [N, C] to [C]. */
  columnSums(a: Matrix): Vector;
  /** Runs the cell over all steps. */
  recurrentForward(architecture: CellKind, input: RecurrentInput): RecurrentTape;
  /** Back-propagates `outputGradients` [N, H] through all steps; `recurrentKernelTransposed` is [gates · H, H]. */
  recurrentBackward(
    architecture: CellKind,
    input: RecurrentInput,
    tape: RecurrentTape,
    outputGradients: Matrix,
    recurrentKernelTransposed: Matrix,
  ): RecurrentGradients;
  /** Softmax cross-entropy of `logits` [N, V] at `targets` [N], each row weighted by `weights` [N]; may overwrite `logits`. */
  softmaxLoss(logits: Matrix, targets: Int32Array, weights: Float32Array, withGradient: boolean): SoftmaxLoss;
  /** `dense` [V, E] with row n of `rows` [N, E] added to its row ids[n]; may work in place on `dense`. */
  addRowsAt(dense: Matrix, ids: Int32Array, rows: Matrix): Matrix;
  /** Sum of squares over all elements of all tensors, a scalar. */
  sumOfSquares(tensors: readonly Tensor[]): Tensor;
  /**
   * The values of scalars, all at once: on a GPU each read waits for all work queued before.
   * @throws Error when the device has failed
   */
  read(scalars: readonly Tensor[]): Promise<number[]>;
  /**
   * The values of a tensor.
   * @throws Error when the device has failed
   */
  download(tensor: Tensor): Promise<Float32Array>;
  /**
   * One Adam step (Kingma & Ba 2015, arXiv 1412.6980) with beta1 0.9, beta2 0.999, epsilon 1e-8 and bias correction. The
   * slot given is used up: its tensors are disposed or reused in the result, whose tensors the caller owns.
   */
  adam(slot: AdamSlot, gradient: Tensor, update: AdamUpdate): AdamSlot;
}

export const ADAM_BETA1 = 0.9;
export const ADAM_BETA2 = 0.999;
export const ADAM_EPSILON = 1e-8;
