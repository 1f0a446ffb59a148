/** What crosses between the trainer's main thread and its wasm workers: each request settles with one answer. */
import type { NetworkConfig } from '../../model/networkConfig';
import type { TrainBatch } from '../engine';
import type { BatchShare } from '../network/batchParts';
import type { AdamUpdate } from '../network/tensorOps';
import type { SharedParameters } from './sharedParameters';

interface OfNetwork {
  readonly network: number;
}

/** The version of the shared values that a thread needs on its device; it copies them when it has another. */
export interface ValuesVersion {
  readonly version: number;
  /** Optimizer steps so far. */
  readonly step: number;
}

/** A stretch of the parameters. */
interface Stretch {
  readonly from: number;
  readonly to: number;
}

export type NetworkRequest = OfNetwork &
  (
    | {
        readonly kind: 'create';
        readonly config: NetworkConfig;
        readonly shared: SharedParameters;
        /** Index of this thread, and of its region of gradients. */
        readonly own: number;
        readonly seed: number;
      }
    /** Leaves the gradients of its rows in its region; answers what they add to the mean loss. */
    | {
        readonly kind: 'gradients';
        readonly values: ValuesVersion;
        readonly batch: TrainBatch;
        readonly dropout: number;
        readonly share: BatchShare;
      }
    /** Sums all threads' gradients in a stretch; answers the sum of squares there. */
    | ({ readonly kind: 'sum' } & Stretch)
    | ({ readonly kind: 'update'; readonly update: AdamUpdate } & Stretch)
    | { readonly kind: 'evaluate'; readonly values: ValuesVersion; readonly batch: TrainBatch }
    | { readonly kind: 'limitRows'; readonly rows: number }
    | { readonly kind: 'resetState'; readonly which: 'train' | 'evaluate' }
    | { readonly kind: 'dispose' }
  );

/** `load` is answered when the thread is ready. */
export type WorkerRequest = { readonly kind: 'load' } | NetworkRequest;

/** By kind of request; the others answer nothing. */
interface WorkerResults {
  readonly gradients: number;
  readonly sum: number;
  readonly evaluate: number;
}

export type ResultOf<K extends WorkerRequest['kind']> = K extends keyof WorkerResults
  ? WorkerResults[K]
  : undefined;

export interface NumberedRequest {
  readonly id: number;
  readonly request: WorkerRequest;
}

export type WorkerAnswer =
  { readonly id: number; readonly result: unknown } | { readonly id: number; readonly fault: string };
