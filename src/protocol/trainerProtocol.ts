/** What crosses between the parent (extension host, terminal tool) and the trainer's child process. */
import type { NetworkConfig, NetworkShape } from '../model/networkConfig';

/** From the fastest, which does not work everywhere, to the slowest, which does. */
export const ENGINE_NAMES = ['webgpu', 'native', 'wasm'] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

/** In megabytes; a lower limit leaves no room for the process itself. */
export const LEAST_MEMORY = 256;
export const MOST_MEMORY = 65_536;

/** With more threads, each would get too few rows of a batch. */
export const MOST_THREADS = 8;

/** What a training does while the computer runs on battery. */
export const ON_BATTERY = ['pause', 'continue'] as const;

export interface TrainingOptions extends NetworkShape {
  readonly engine: EngineName | 'auto';
  /** Threads of the wasm engine; 0 takes one fewer than the processor has cores, at most 8. */
  readonly threads: number;
  readonly onBattery: (typeof ON_BATTERY)[number];
  /** Limit for the trainer's process; to stay below it, fewer rows of a batch are computed at once, by fewer threads. */
  readonly maxMemoryMegabytes: number;
  /** Wall-clock budget for the optimisation, in seconds; a small text needs only a part of it. Pauses do not count. */
  readonly seconds: number;
  /** The peak of the learning-rate schedule. */
  readonly learningRate: number;
  /** Added to the dropout rate by each pass over the text after the first, up to a rate of one half. */
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
 * For a network that is already trained, whose gradients are smaller: half the rows per batch make twice the steps per pass. Chosen
 * together with the learning rate, on training files of the development workspaces (bench/README.md).
 */
export const FINE_TUNING: Pick<TrainingOptions, 'batchSize'> = { batchSize: 16 };

/** The texts to train on. */
export interface CorpusSelection {
  /** Absolute root folders to read. */
  readonly folders: readonly string[];
  /**
   * The files to train on and to hold out, by paths relative to any of the folders; of a file in both lists the last tenth is held
   * out. They are read whatever the ignore rules say. Null lets the trainer scan and split by itself.
   */
  readonly split: { readonly train: readonly string[]; readonly heldOut: readonly string[] } | null;
  /** The enabled globs of VS Code's `files.exclude` and `search.exclude`. */
  readonly excludeGlobs: readonly string[];
  /** By folder, the encoding of its files that are not in Unicode, by VS Code's name; '' or absent where it is to be guessed. */
  readonly oldEncodings?: readonly string[];
  readonly maxTotalBytes: number;
}

export interface TrainJob extends CorpusSelection {
  /** Where the finished checkpoint is written. */
  readonly modelPath: string;
  /** The file that an interrupted training resumes from; removed when training is done. */
  readonly resumePath: string;
  /**
   * The checkpoint to start from (base or earlier personal model); null starts afresh. If its architecture or size differs from
   * `options`, training starts afresh, and a warning says so.
   */
  readonly initialModelPath: string | null;
  /** The `tokenizer.json` that Understudy comes with, whose tokens the network predicts. */
  readonly tokenizerPath: string;
  /** The network that ghost text uses beside the personal one; null or absent when there is none. */
  readonly baseModelPath?: string | null;
  /** kernel.wasm */
  readonly kernelPath: string;
  /** Folders where the native and WebGPU engines may have been installed. */
  readonly nativeFolders?: readonly string[];
  /** Caches how fast each engine is on this machine; without it they are timed for each training. */
  readonly engineTimingsPath?: string;
  /** Engines that have failed in this training, in order: the next one of {@link ENGINE_NAMES} continues, or after wasm any other. */
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

/** A plan takes no given split: it shows what the trainer would find by itself. */
export type PlanJob = Omit<CorpusSelection, 'split'> &
  Pick<TrainJob, 'initialModelPath' | 'baseModelPath' | 'tokenizerPath' | 'options'> & {
    /** The model whose place the trained one would take, if there is one: what it has read is held out last. */
    readonly modelPath: string | null;
    /** Where an interrupted training may have left how far it was; null where none is looked for. */
    readonly resumePath: string | null;
  };

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

/** Scores of ghost text's whole mix on a sample of the held-out text, which the mix learns from while it is scored. */
export interface MixScores {
  /** Without a personal network. */
  readonly before: HeldOutScore;
  /** With the new one. */
  readonly after: HeldOutScore;
  /** With the earlier one, if there is one. */
  readonly earlier?: HeldOutScore;
}

export interface PlannedFile {
  /** Absolute root folder. */
  readonly root: string;
  /** Relative to the root, with `/`. */
  readonly path: string;
  readonly bytes: number;
}

/** The personal model that a training continues from. */
export interface Continues {
  /** ISO 8601; absent when unknown. */
  readonly trainedAt?: string;
  /** Files with text that the model has not read: new, changed, or not reached in its training. */
  readonly changedFiles: number;
  /** All files that are trained on. */
  readonly files: number;
}

/** What training would read, and how long it would take; shown before it starts. */
export interface TrainingPlan {
  readonly files: readonly (PlannedFile & {
    /** Share of the file that is held out to measure on: 0, 1, or a tenth at the end of a large file when too few files fit whole. */
    readonly heldOutShare: number;
  })[];
  readonly trainBytes: number;
  readonly heldOutBytes: number;
  /** Numbers of files and folders left out, by the reasons of `LEFT_OUT_REASONS`. */
  readonly leftOut: Readonly<Record<string, number>>;
  /** The largest files left out, largest first, at most 20; folders are not measured. */
  readonly largestLeftOut: readonly (PlannedFile & { readonly reason: string })[];
  /** Whether a training would be refused, as there is no text or too little. */
  readonly tooLittle: boolean;
  /** Whether it starts from scratch, as no model has the requested architecture and size. */
  readonly startsAfresh: boolean;
  /** Null unless it starts from a personal model that records what it has read. */
  readonly continues: Continues | null;
  /** Whether it goes on with an interrupted training, as nothing has changed since. */
  readonly resumes: boolean;
  readonly estimate: {
    readonly trainTokens: number;
    /**
     * Duration of the optimisation: the budget, or less for a small text or a continued training with few changes; of one that goes on
     * with an interrupted training, what is left.
     */
    readonly seconds: number;
    /** Passes over the text, or over the changed files, in this time, at the wasm engine's speed on common machines. */
    readonly epochs: number;
  };
}

/** The result of a training. */
export interface DoneEvent {
  readonly kind: 'done';
  readonly outcome: 'improved' | 'notImproved' | 'cancelled';
  /** Score of the initial model; null when training started afresh. */
  readonly before: HeldOutScore | null;
  /** Score of the best network of this training; null when it ended before it was measured. */
  readonly after: HeldOutScore | null;
  readonly steps: number;
  /** During optimisation, without the time for measuring. */
  readonly tokensPerSecond: number;
  /** What ghost text would gain or lose with the new model, which is written only if it gains. */
  readonly mix?: MixScores;
  /** Score of the earlier model when training did not start from it; it stays unless the new one is better. */
  readonly earlier?: HeldOutScore;
  /** The model written by this training; null when it wrote none and left an earlier one unchanged. */
  readonly modelPath: string | null;
}

/** Of a training that the user has cancelled, which leaves nothing. */
export const CANCELLED: DoneEvent = {
  kind: 'done',
  outcome: 'cancelled',
  before: null,
  after: null,
  steps: 0,
  tokensPerSecond: 0,
  modelPath: null,
};

export type TrainerEvent =
  | { readonly kind: 'planned'; readonly plan: TrainingPlan }
  | { readonly kind: 'timed'; readonly tokensPerSecond: number }
  | { readonly kind: 'scanning'; readonly files: number; readonly bytes: number; readonly leftOut: number }
  | {
      readonly kind: 'files';
      readonly trainFiles: number;
      readonly heldOutFiles: number;
      readonly bytes: number;
    }
  /** An engine is about to be loaded, which may crash the process. */
  | { readonly kind: 'loading'; readonly name: EngineName }
  | {
      readonly kind: 'engine';
      readonly name: EngineName;
      readonly description: string;
      readonly reason: string;
      /** Other engines that were found to work here. */
      readonly others?: readonly EngineName[];
    }
  /** A sentence about something that the user should know but that does not stop the training. */
  | { readonly kind: 'warning'; readonly message: string }
  | { readonly kind: 'resumed'; readonly step: number }
  | ({ readonly kind: 'continues' } & Continues)
  | {
      readonly kind: 'step';
      readonly step: number;
      /** Share of the budget, 0 to 1. */
      readonly progress: number;
      /** Cross-entropy in nats per token. */
      readonly trainLoss: number;
      readonly tokensPerSecond: number;
      readonly secondsLeft: number;
    }
  /** The score at step 0 is the initial model's. */
  | { readonly kind: 'validation'; readonly step: number; readonly score: HeldOutScore }
  /** The gate learns how far ghost text should trust the new network; progress from 0 to 1. */
  | { readonly kind: 'calibrating'; readonly progress: number }
  | { readonly kind: 'saved'; readonly path: string; readonly step: number }
  | { readonly kind: 'paused' }
  /** After `paused`. */
  | { readonly kind: 'continued' }
  | DoneEvent
  /** `engine` is set when the engine failed; another one may continue from the resume file. */
  | { readonly kind: 'failed'; readonly message: string; readonly engine?: EngineName };
