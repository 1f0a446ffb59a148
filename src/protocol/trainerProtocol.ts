/** What crosses between the parent (extension host, terminal tool) and the trainer's child process. */
import type { CellKind } from '../model/networkConfig';

export type EngineName = 'native' | 'wasm';

export interface TrainingOptions {
  readonly engine: EngineName | 'auto';
  readonly architecture: CellKind;
  readonly numLayers: number;
  readonly hiddenSize: number;
  readonly embeddingSize: number;
  /** Wall-clock budget for the optimisation, in seconds. */
  readonly seconds: number;
  readonly learningRate: number;
  readonly dropout: number;
  readonly batchSize: number;
  /** Steps of truncated back-propagation through time. */
  readonly unrollSteps: number;
  readonly gradientClipNorm: number;
  readonly seed: number;
}

export interface TrainJob {
  /** Absolute root folders to read. */
  readonly folders: readonly string[];
  /** Relative paths to train on and to hold out; null lets the trainer scan and split by itself. */
  readonly split: { readonly train: readonly string[]; readonly heldOut: readonly string[] } | null;
  /** VS Code's `files.exclude` and `search.exclude` globs that are on. */
  readonly excludeGlobs: readonly string[];
  readonly maxTotalBytes: number;
  /** Where the finished checkpoint goes. */
  readonly modelPath: string;
  /** Holds what is needed to resume; removed when training is done. */
  readonly resumePath: string;
  /** Checkpoint to start from (base or earlier personal model); null starts afresh. */
  readonly initialModelPath: string | null;
  /** `tokenizer.json` used when there is no initial model. */
  readonly tokenizerPath: string;
  readonly options: TrainingOptions;
}

export type TrainerRequest =
  | { readonly kind: 'train'; readonly job: TrainJob }
  | { readonly kind: 'pause' }
  | { readonly kind: 'resume' }
  | { readonly kind: 'cancel' };

/** Held-out quality; bits per byte. */
export interface HeldOutScore {
  readonly bytes: number;
  readonly bitsPerByte: number;
}

export type TrainerEvent =
  | {
      readonly kind: 'files';
      readonly trainFiles: number;
      readonly heldOutFiles: number;
      readonly bytes: number;
      readonly tokens: number;
      /** Counts of what was left out, by reason. */
      readonly leftOut: Readonly<Record<string, number>>;
    }
  | {
      readonly kind: 'engine';
      readonly name: EngineName;
      readonly description: string;
      readonly reason: string;
    }
  | { readonly kind: 'resumed'; readonly step: number }
  | {
      readonly kind: 'step';
      readonly step: number;
      readonly epoch: number;
      /** 0 to 1, of the budget. */
      readonly progress: number;
      /** Cross-entropy, nats a token. */
      readonly trainLoss: number;
      readonly learningRate: number;
      readonly gradientNorm: number;
      readonly tokensPerSecond: number;
      readonly secondsLeft: number;
    }
  | { readonly kind: 'validation'; readonly step: number; readonly score: HeldOutScore }
  | { readonly kind: 'saved'; readonly path: string; readonly step: number }
  | { readonly kind: 'paused' }
  | {
      readonly kind: 'done';
      readonly outcome: 'improved' | 'notImproved' | 'cancelled';
      readonly before: HeldOutScore | null;
      readonly after: HeldOutScore | null;
      readonly steps: number;
      readonly tokensPerSecond: number;
      readonly modelPath: string | null;
    }
  | { readonly kind: 'failed'; readonly message: string };
