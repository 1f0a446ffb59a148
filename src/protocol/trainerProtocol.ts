/**
 * What the parent (extension host, terminal tool) asks of the trainer's child process. Each message is checked by its schema on arrival
 * (`trainerMessages.ts`); `trainerEvents.ts` has what comes back.
 */
import * as v from 'valibot';
import { networkConfigSchema } from '../model/checkpoint/checkpoint';
import { ARCHITECTURES } from '../model/networkConfig';

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

const whole = (name: string, min: number, max: number) => {
  const message = `${name} must be a whole number from ${min} to ${max}.`;
  return v.pipe(v.number(message), v.integer(message), v.minValue(min, message), v.maxValue(max, message));
};
const between = (name: string, min: number, max: number) => {
  const message = `${name} must be a number from ${min} to ${max}.`;
  return v.pipe(v.number(message), v.minValue(min, message), v.maxValue(max, message));
};
const count = v.pipe(v.number(), v.minValue(0));
const texts = v.pipe(v.array(v.string()), v.readonly());
const engineName = v.picklist(ENGINE_NAMES);

const trainingOptions = v.object({
  engine: v.picklist(
    ['auto', ...ENGINE_NAMES],
    `The engine must be one of auto, ${ENGINE_NAMES.join(', ')}.`,
  ),
  /** Threads of the wasm engine; 0 takes one fewer than the processor has cores, at most 8. */
  threads: whole('The number of threads', 0, MOST_THREADS),
  /** Limit for the trainer's process; to stay below it, fewer rows of a batch are computed at once, by fewer threads. */
  maxMemoryMegabytes: whole('The memory limit in megabytes', 1, MOST_MEMORY),
  onBattery: v.picklist(ON_BATTERY, `On battery must be one of ${ON_BATTERY.join(', ')}.`),
  architecture: v.picklist(ARCHITECTURES, `The architecture must be one of ${ARCHITECTURES.join(', ')}.`),
  /** Whether a recurrent network gets its attention head; ignored for a Transformer. */
  attention: v.boolean('The attention must be true or false.'),
  numLayers: whole('The number of layers', 1, 3),
  hiddenSize: whole('The hidden size', 8, 2048),
  embeddingSize: whole('The embedding size', 8, 2048),
  /** Wall-clock budget for the optimisation, in seconds; a small text needs only a part of it. Pauses do not count. */
  seconds: between('The time budget in seconds', 1, 7 * 24 * 3600),
  /** The peak of the learning-rate schedule. */
  learningRate: between('The learning rate', 1e-6, 1),
  /** Added to the dropout rate by each pass over the text after the first, up to a rate of one half. */
  dropout: between('The dropout', 0, 0.9),
  batchSize: whole('The batch size', 1, 512),
  /** Steps of truncated back-propagation through time. */
  unrollSteps: whole('The number of unrolled steps', 1, 512),
  gradientClipNorm: between("The gradient's clipping norm", 1e-3, 1000),
  seed: whole('The seed', 0, 2 ** 31 - 1),
});
export type TrainingOptions = Readonly<v.InferOutput<typeof trainingOptions>>;

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

const selection = {
  /** Absolute root folders to read. */
  folders: v.pipe(
    v.array(v.string()),
    v.minLength(1, 'Give at least one folder to learn from.'),
    v.readonly(),
  ),
  /** The enabled globs of VS Code's `files.exclude` and `search.exclude`. */
  excludeGlobs: texts,
  /** By folder, the encoding of its files that are not in Unicode, by VS Code's name; '' or absent where it is to be guessed. */
  oldEncodings: v.exactOptional(texts),
  maxTotalBytes: between("The limit for all files' bytes", 1, 2 ** 31),
};
/** The texts to train on. */
const corpusSelection = v.object({
  ...selection,
  /**
   * The files to train on and to hold out, by paths relative to any of the folders; of a file in both lists the last tenth is held
   * out. They are read whatever the ignore rules say. Null lets the trainer scan and split by itself.
   */
  split: v.nullable(v.object({ train: texts, heldOut: texts })),
});
export type CorpusSelection = Readonly<v.InferOutput<typeof corpusSelection>>;

const start = {
  /**
   * The checkpoint to start from (base or earlier personal model); null starts afresh. If its architecture or size differs from
   * `options`, training starts afresh, and a warning says so.
   */
  initialModelPath: v.nullable(v.string()),
  /** The `tokenizer.json` that Understudy comes with, whose tokens the network predicts. */
  tokenizerPath: v.string(),
  /** The network that ghost text uses beside the personal one; null or absent when there is none. */
  baseModelPath: v.exactOptional(v.nullable(v.string())),
  options: trainingOptions,
};

const trainJob = v.object({
  ...corpusSelection.entries,
  ...start,
  /** Where the finished checkpoint is written. */
  modelPath: v.string(),
  /** The file that an interrupted training resumes from; removed when training is done. */
  resumePath: v.string(),
  /** kernel.wasm */
  kernelPath: v.string(),
  /** Folders where the native and WebGPU engines may have been installed. */
  nativeFolders: v.exactOptional(texts),
  /** Caches how fast each engine is on this machine; without it they are timed for each training. */
  engineTimingsPath: v.exactOptional(v.string()),
  /** Engines that have failed in this training, in order: the next one of {@link ENGINE_NAMES} continues, or after wasm any other. */
  failedEngines: v.exactOptional(v.pipe(v.array(engineName), v.readonly())),
});
export type TrainJob = Readonly<v.InferOutput<typeof trainJob>>;

/** A plan takes no given split: it shows what the trainer would find by itself. */
const planJob = v.object({
  ...selection,
  ...start,
  /** The model whose place the trained one would take, if there is one: what it has read is held out last. */
  modelPath: v.nullable(v.string()),
  /** Where an interrupted training may have left how far it was; null where none is looked for. */
  resumePath: v.nullable(v.string()),
});
export type PlanJob = Readonly<v.InferOutput<typeof planJob>>;

/** Asks how fast an engine trains this network here, within this memory. Reads and writes no files. */
const timeJob = v.object({
  engine: engineName,
  nativeFolders: texts,
  config: networkConfigSchema,
  batchSize: count,
  unrollSteps: count,
  threads: count,
  maxMemoryMegabytes: count,
});
export type TimeJob = Readonly<v.InferOutput<typeof timeJob>>;

export const requestSchema = v.variant('kind', [
  v.object({ kind: v.literal('train'), job: trainJob }),
  v.object({ kind: v.literal('plan'), job: planJob }),
  v.object({ kind: v.literal('time'), job: timeJob }),
  v.object({ kind: v.literal('pause') }),
  v.object({ kind: v.literal('resume') }),
  v.object({ kind: v.literal('cancel') }),
]);
export type TrainerRequest = Readonly<v.InferOutput<typeof requestSchema>>;
