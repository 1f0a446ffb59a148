/**
 * The narrow interface between the hand-written network and an engine: everything that some engine computes in a way of its
 * own. Where it does not, `StockOps` computes with ordinary TensorFlow.js ops.
 *
 * Matrices are row-major [rows, columns]; B is the batch size, T the unrolled steps, N = T·B, H the hidden size, V the
 * vocabulary size, E the embedding size. Sequences are time-major: row t·B + b is step t of batch row b.
 */
import type * as tfjs from '@tensorflow/tfjs-core';

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

export type { StockOps as TensorOps } from './stockOps';

export const ADAM_BETA1 = 0.9;
export const ADAM_BETA2 = 0.999;
export const ADAM_EPSILON = 1e-8;
