/** What crosses between the parent (extension host, terminal tool) and the trainer's child process. */
import type { NetworkConfig, NetworkShape } from '../model/networkConfig';

/** From the fastest, where it works, to the one that works everywhere. */
export const ENGINE_NAMES = ['webgpu', 'native', 'wasm'] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

/** A cap below this, in megabytes, leaves no room for the process itself. */
export const LEAST_MEMORY = 256;
export const MOST_MEMORY = 65_536;

/** With more threads each would have too few rows of a batch. */
export const MOST_THREADS = 8;

/** What a training does while the computer draws from its battery. */
export const ON_BATTERY = ['pause', 'continue'] as const;

export interface TrainingOptions extends NetworkShape {
  readonly engine: EngineName | 'auto';
  /** Of the wasm engine; 0 takes one fewer than the processor has cores, at most 8. */
  readonly threads: number;
  readonly onBattery: (typeof ON_BATTERY)[number];
  /** Of the trainer's process; to stay below it, fewer rows of a batch are computed at once, by fewer threads. */
  readonly maxMemoryMegabytes: number;
  /** Wall-clock budget for the optimisation, in seconds; a small text needs only a part. Time spent paused does not count. */
  readonly seconds: number;
  /** Peak of the schedule. */
  readonly learningRate: number;
  /** What each pass over the text after the first adds to the rate, up to a half. */
  readonly dropout: number;
  readonly batchSize: number;
  /** Steps of truncated back-propagation through time. */
  readonly unrollSteps: number;
  readonly gradientClipNorm: number;
  readonly seed: number;
}

/** For a network that starts afresh. */
export const DEFAULT_TRAINING: TrainingOptions = {
  engine: 'auto',
  threads: 0,
  onBattery: 'pause',
  maxMemoryMegabytes: 1536,
  architecture: 'lstm',
  attention: false,
  numLayers: 1,
  hiddenSize: 512,
  embeddingSize: 256,
  seconds: 600,
  learningRate: 0.003,
  dropout: 0.1,
  batchSize: 32,
  unrollSteps: 32,
  gradientClipNorm: 1,
  seed: 1,
};

/**
 * For a network that already knows language, whose gradients are smaller: half the rows make twice the steps. Chosen with the
 * rate on training files of the development workspaces (bench/README.md).
 */
export const FINE_TUNING: Pick<TrainingOptions, 'batchSize'> = { batchSize: 16 };

/** Which texts of which folders. */
export interface CorpusSelection {
  /** Absolute root folders to read. */
  readonly folders: readonly string[];
  /**
   * Paths, relative to any of the folders, to train on and to hold out, or both: of such a file the last tenth is held out.
   * These are read whatever the ignore rules say. Null lets the trainer scan and split by itself.
   */
  readonly split: { readonly train: readonly string[]; readonly heldOut: readonly string[] } | null;
  /** VS Code's `files.exclude` and `search.exclude` globs that are on. */
  readonly excludeGlobs: readonly string[];
  readonly maxTotalBytes: number;
}

export interface TrainJob extends CorpusSelection {
  /** Where the finished checkpoint goes. */
  readonly modelPath: string;
  /** Holds what is needed to resume; removed when training is done. */
  readonly resumePath: string;
  /**
   * Checkpoint to start from (base or earlier personal model); null starts afresh. One of another architecture or size than
   * `options` asks for gives only its tokenizer, and a warning says so.
   */
  readonly initialModelPath: string | null;
  /** `tokenizer.json` used when there is no initial model. */
  readonly tokenizerPath: string;
  /** The network that ghost text has beside the personal one; null or absent where it has none. */
  readonly baseModelPath?: string | null;
  /** kernel.wasm; where it is absent, the one beside the trainer's process serves. */
  readonly kernelPath?: string;
  /** Folders where the native engine may have been installed. */
  readonly nativeFolders?: readonly string[];
  /** Keeps how fast each engine is on this machine; without it they are timed each time. */
  readonly engineTimingsPath?: string;
  /** Engines that have failed in this training, in order: the next in the list goes on, or after wasm any other. */
  readonly failedEngines?: readonly EngineName[];
  readonly options: TrainingOptions;
}

/** Asks how fast an engine trains this network here, within this memory. Reads and writes no files. */
export interface TimeJob extends Pick<
  TrainingOptions,
  'batchSize' | 'unrollSteps' | 'threads' | 'maxMemoryMegabytes'
> {
  readonly engine: EngineName;
  readonly nativeFolders: readonly string[];
  readonly config: NetworkConfig;
}

/** A plan is made without a given split, of what the trainer would find by itself. */
export type PlanJob = Omit<CorpusSelection, 'split'> &
  Pick<TrainJob, 'initialModelPath' | 'baseModelPath' | 'tokenizerPath' | 'options'>;

export type TrainerRequest =
  | { readonly kind: 'train'; readonly job: TrainJob }
  | { readonly kind: 'plan'; readonly job: PlanJob }
  | { readonly kind: 'time'; readonly job: TimeJob }
  | { readonly kind: 'pause' }
  | { readonly kind: 'resume' }
  | { readonly kind: 'cancel' };

/** Held-out quality; bits per byte. */
export interface HeldOutScore {
  /** UTF-8 bytes of the text scored: a fixed sample where the held-out text is long. */
  readonly bytes: number;
  readonly bitsPerByte: number;
}

/** Scores of ghost text's whole mix on a sample of the held-out text, which it learns as it goes. */
export interface MixScores {
  /** Without a personal network. */
  readonly before: HeldOutScore;
  /** With the new one. */
  readonly after: HeldOutScore;
  /** With the one that is there already, where there is one. */
  readonly earlier?: HeldOutScore;
}

export interface PlannedFile {
  /** Absolute root folder. */
  readonly root: string;
  /** Relative to the root, with `/`. */
  readonly path: string;
  readonly bytes: number;
}

/** The personal model that a training goes on from. */
export interface Continues {
  /** ISO 8601; absent where it is not known. */
  readonly trainedAt?: string;
  /** Files with text that the model has not read: new, changed, or not reached in its training. */
  readonly changedFiles: number;
  /** All that is trained on. */
  readonly files: number;
}

/** What training would read, and how long it would take; shown before it starts. */
export interface TrainingPlan {
  readonly files: readonly (PlannedFile & {
    /** Share of the file that is kept from training to measure on; 0 or 1 but for single large files. */
    readonly heldOutShare: number;
  })[];
  readonly trainBytes: number;
  readonly heldOutBytes: number;
  /** Counts of what is left out, by the reasons of `LEFT_OUT_REASONS`. */
  readonly leftOut: Readonly<Record<string, number>>;
  /** The largest files left out, largest first, at most 20; folders are not measured. */
  readonly largestLeftOut: readonly (PlannedFile & { readonly reason: string })[];
  /** Whether it starts from scratch: no model there is of the kind and size that is asked for. */
  readonly startsAfresh: boolean;
  /** Null where it starts from no personal model that tells what it has read. */
  readonly continues: Continues | null;
  readonly estimate: {
    readonly trainTokens: number;
    /** Of the optimisation: the budget, or less where the text is small, or where a training goes on and little has changed. */
    readonly seconds: number;
    /** Passes over the text, or over what has changed, in this time, at the speed that the wasm engine has on common machines. */
    readonly epochs: number;
  };
}

/** Where the result of a training stands. */
export interface DoneEvent {
  readonly kind: 'done';
  readonly outcome: 'improved' | 'notImproved' | 'cancelled';
  /** The initial model; null when training began afresh. */
  readonly before: HeldOutScore | null;
  /** The best network of this training; null when it ended before it was measured. */
  readonly after: HeldOutScore | null;
  readonly steps: number;
  /** While optimising, measuring left out. */
  readonly tokensPerSecond: number;
  /** What ghost text gains, or would lose, by the new model; only where it gains is it written. */
  readonly mix?: MixScores;
  /** The model that was there already, where training did not start from it. It stays unless the new one is better. */
  readonly earlier?: HeldOutScore;
  /** The model written by this training; null when it wrote none and an earlier one is as it was. */
  readonly modelPath: string | null;
}

export type TrainerEvent =
  | { readonly kind: 'planned'; readonly plan: TrainingPlan }
  | { readonly kind: 'timed'; readonly tokensPerSecond: number }
  | { readonly kind: 'scanning'; readonly files: number; readonly bytes: number; readonly leftOut: number }
  | {
      readonly kind: 'files';
      readonly trainFiles: number;
      readonly heldOutFiles: number;
      readonly bytes: number;
      readonly tokens: number;
      /** Counts of what was left out, by reason. */
      readonly leftOut: Readonly<Record<string, number>>;
    }
  /** An engine is about to be loaded, which may take the process with it. */
  | { readonly kind: 'loading'; readonly name: EngineName }
  | {
      readonly kind: 'engine';
      readonly name: EngineName;
      readonly description: string;
      readonly reason: string;
      /** Those that were found to train here, too. */
      readonly others?: readonly EngineName[];
    }
  /** Something that does not stop the training but that the user should know; a sentence. */
  | { readonly kind: 'warning'; readonly message: string }
  | { readonly kind: 'resumed'; readonly step: number }
  | ({ readonly kind: 'continues' } & Continues)
  | {
      readonly kind: 'step';
      readonly step: number;
      /** 0 to 1, of the budget. */
      readonly progress: number;
      /** Cross-entropy, nats a token. */
      readonly trainLoss: number;
      readonly learningRate: number;
      readonly tokensPerSecond: number;
      readonly secondsLeft: number;
    }
  /** At step 0: the initial model. */
  | { readonly kind: 'validation'; readonly step: number; readonly score: HeldOutScore }
  /** Learns how far ghost text should trust the new network; 0 to 1. */
  | { readonly kind: 'calibrating'; readonly progress: number }
  | { readonly kind: 'calibrated'; readonly mix: MixScores }
  | { readonly kind: 'saved'; readonly path: string; readonly step: number }
  | { readonly kind: 'paused' }
  /** After `paused`. */
  | { readonly kind: 'continued' }
  | DoneEvent
  /** `engine` is there when it was the engine that failed; another one may go on from the resume file. */
  | { readonly kind: 'failed'; readonly message: string; readonly engine?: EngineName };
