/** What a training engine offers; `webgpu`, `native` and `wasm` stand behind it. Only the child process loads one. */
import type { NetworkConfig, NetworkWeights } from '../model/networkConfig';
import type { EngineName } from '../protocol/trainerProtocol';

/** One window of truncated back-propagation; arrays are row-major [batchSize, unrollSteps]. */
export interface TrainBatch {
  readonly batchSize: number;
  readonly unrollSteps: number;
  readonly inputs: Int32Array;
  readonly targets: Int32Array;
  /** 1 where a target counts, 0 where it is padding. */
  readonly mask: Float32Array;
  /** [batchSize]; 1 where the row starts a new document, so that its carried state is zeroed first. */
  readonly resets: Uint8Array;
}

export interface TrainStepOptions {
  readonly learningRate: number;
  readonly gradientClipNorm: number;
  /** Probability of dropping an activation, on embeddings, between layers and before the projection. */
  readonly dropout: number;
}

export interface TrainStepResult {
  /** Mean cross-entropy over the counted targets, nats. */
  readonly loss: number;
  /** Global L2 norm before clipping. */
  readonly gradientNorm: number;
}

/** Adam's moments by tensor name, and the number of steps taken. */
export interface OptimizerState {
  readonly step: number;
  readonly firstMoments: NetworkWeights;
  readonly secondMoments: NetworkWeights;
}

/** The loss or its gradient is not a finite number: a training goes back, and an engine in its trial computes wrong numbers. */
export class DivergenceError extends Error {}

/** A network on an engine's device, with its optimizer and the state carried from window to window. */
export interface TrainableNetwork {
  readonly config: NetworkConfig;
  /** @throws DivergenceError, with the weights as they were before the step. */
  trainStep(batch: TrainBatch, options: TrainStepOptions): Promise<TrainStepResult>;
  /** Summed cross-entropy of the counted targets, nats; no update, no dropout, own carried state. */
  evaluateStep(batch: TrainBatch): Promise<number>;
  /**
   * How many rows of a batch are computed at once from now on, never more than before; fewer take less memory, and give the same
   * numbers. All at once when it is never called. Each row's carried state goes on.
   */
  limitRows(rows: number): void;
  /** Forgets the state carried for training or for evaluation. */
  resetState(which: 'train' | 'evaluate'): void;
  exportWeights(): Promise<NetworkWeights>;
  importWeights(weights: NetworkWeights): void;
  exportOptimizer(): Promise<OptimizerState>;
  importOptimizer(state: OptimizerState): void;
  dispose(): void;
}

export interface TrainingEngine {
  readonly name: EngineName;
  /** What the user is shown, e.g. "TensorFlow 2.21 on the CPU". */
  readonly description: string;
  createNetwork(config: NetworkConfig, weights: NetworkWeights, seed: number): TrainableNetwork;
}
