/** What the trainer's child process tells its parent (extension host, terminal tool); see `trainerProtocol.ts` for what it is asked. */
import * as v from 'valibot';
import { ENGINE_NAMES } from './trainerProtocol';

const count = v.pipe(v.number(), v.minValue(0));
const engineName = v.picklist(ENGINE_NAMES);

/** Held-out quality. */
const score = v.object({
  /** UTF-8 bytes of the text scored: a fixed sample where the held-out text is long. */
  bytes: count,
  bitsPerByte: v.number(),
});
export type HeldOutScore = Readonly<v.InferOutput<typeof score>>;

/** Scores of ghost text's whole mix on a sample of the held-out text, which the mix learns from while it is scored. */
const mix = v.object({
  /** Without a personal network. */
  before: score,
  /** With the new one. */
  after: score,
  /** With the earlier one, if there is one. */
  earlier: v.exactOptional(score),
});
export type MixScores = Readonly<v.InferOutput<typeof mix>>;

const plannedFile = v.object({
  /** Absolute root folder. */
  root: v.string(),
  /** Relative to the root, with `/`. */
  path: v.string(),
  bytes: count,
});
export type PlannedFile = Readonly<v.InferOutput<typeof plannedFile>>;

/** The personal model that a training continues from. */
const continues = v.object({
  /** ISO 8601; absent when unknown. */
  trainedAt: v.exactOptional(v.string()),
  /** Files with text that the model has not read: new, changed, or not reached in its training. */
  changedFiles: count,
  /** All files that are trained on. */
  files: count,
});
export type Continues = Readonly<v.InferOutput<typeof continues>>;

/** What training would read, and how long it would take; shown before it starts. */
const trainingPlan = v.object({
  files: v.pipe(
    v.array(
      v.object({
        ...plannedFile.entries,
        /** Share of the file that is held out to measure on: 0, 1, or a tenth at the end of a large file when too few files fit whole. */
        heldOutShare: v.number(),
      }),
    ),
    v.readonly(),
  ),
  trainBytes: count,
  heldOutBytes: count,
  /** Numbers of files and folders left out, by the reasons of `LEFT_OUT_REASONS`. */
  leftOut: v.record(v.string(), count),
  /** The largest files left out, largest first, at most 20; folders are not measured. */
  largestLeftOut: v.pipe(v.array(v.object({ ...plannedFile.entries, reason: v.string() })), v.readonly()),
  /** Whether a training would be refused, as there is no text or too little. */
  tooLittle: v.boolean(),
  /** Whether it starts from scratch, as no model has the requested architecture and size. */
  startsAfresh: v.boolean(),
  /** Null unless it starts from a personal model that records what it has read. */
  continues: v.nullable(continues),
  /** Whether it goes on with an interrupted training, as nothing has changed since. */
  resumes: v.boolean(),
  estimate: v.object({
    trainTokens: count,
    /**
     * Duration of the optimisation: the budget, or less for a small text or a continued training with few changes; of one that goes on
     * with an interrupted training, what is left.
     */
    seconds: count,
    /** Passes over the text, or over the changed files, in this time, at the wasm engine's speed on common machines. */
    epochs: count,
  }),
});
export type TrainingPlan = Readonly<v.InferOutput<typeof trainingPlan>>;

/** The result of a training. */
const done = v.object({
  kind: v.literal('done'),
  outcome: v.picklist(['improved', 'notImproved', 'cancelled']),
  /** Score of the initial model; null when training started afresh. */
  before: v.nullable(score),
  /** Score of the best network of this training; null when it ended before it was measured. */
  after: v.nullable(score),
  steps: count,
  /** During optimisation, without the time for measuring. */
  tokensPerSecond: count,
  /** What ghost text would gain or lose with the new model, which is written only if it gains. */
  mix: v.exactOptional(mix),
  /** Score of the earlier model when training did not start from it; it stays unless the new one is better. */
  earlier: v.exactOptional(score),
  /** The model written by this training; null when it wrote none and left an earlier one unchanged. */
  modelPath: v.nullable(v.string()),
});
export type DoneEvent = Readonly<v.InferOutput<typeof done>>;

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

export const eventSchema = v.variant('kind', [
  v.object({ kind: v.literal('planned'), plan: trainingPlan }),
  v.object({ kind: v.literal('timed'), tokensPerSecond: count }),
  v.object({ kind: v.literal('scanning'), files: count, bytes: count, leftOut: count }),
  v.object({ kind: v.literal('files'), trainFiles: count, heldOutFiles: count, bytes: count }),
  /** An engine is about to be loaded, which may crash the process. */
  v.object({ kind: v.literal('loading'), name: engineName }),
  v.object({
    kind: v.literal('engine'),
    name: engineName,
    description: v.string(),
    reason: v.string(),
    /** Other engines that were found to work here. */
    others: v.exactOptional(v.pipe(v.array(engineName), v.readonly())),
  }),
  /** A sentence about something that the user should know but that does not stop the training. */
  v.object({ kind: v.literal('warning'), message: v.string() }),
  v.object({ kind: v.literal('resumed'), step: count }),
  v.object({ kind: v.literal('continues'), ...continues.entries }),
  v.object({
    kind: v.literal('step'),
    step: count,
    /** Share of the budget, 0 to 1. */
    progress: count,
    /** Cross-entropy in nats per token. */
    trainLoss: v.number(),
    tokensPerSecond: count,
    secondsLeft: count,
  }),
  /** The score at step 0 is the initial model's. */
  v.object({ kind: v.literal('validation'), step: count, score }),
  /** The gate learns how far ghost text should trust the new network; progress from 0 to 1. */
  v.object({ kind: v.literal('calibrating'), progress: count }),
  v.object({ kind: v.literal('saved'), path: v.string(), step: count }),
  v.object({ kind: v.literal('paused') }),
  /** After `paused`. */
  v.object({ kind: v.literal('continued') }),
  done,
  /** `engine` is set when the engine failed; another one may continue from the resume file. */
  v.object({ kind: v.literal('failed'), message: v.string(), engine: v.exactOptional(engineName) }),
]);
export type TrainerEvent = Readonly<v.InferOutput<typeof eventSchema>>;
