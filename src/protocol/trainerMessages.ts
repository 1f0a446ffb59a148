/** Checks the messages between the parent and the trainer's process on arrival. */
import * as v from 'valibot';
import { networkConfigSchema } from '../model/checkpoint/checkpoint';
import { ARCHITECTURES } from '../model/networkConfig';
import {
  ENGINE_NAMES,
  MOST_MEMORY,
  MOST_THREADS,
  ON_BATTERY,
  type TrainerEvent,
  type TrainerRequest,
  type TrainingOptions,
} from './trainerProtocol';

const whole = (name: string, min: number, max: number) => {
  const message = `${name} must be a whole number from ${min} to ${max}.`;
  return v.pipe(v.number(message), v.integer(message), v.minValue(min, message), v.maxValue(max, message));
};
const between = (name: string, min: number, max: number) => {
  const message = `${name} must be a number from ${min} to ${max}.`;
  return v.pipe(v.number(message), v.minValue(min, message), v.maxValue(max, message));
};
const count = v.pipe(v.number(), v.minValue(0));
const texts = v.array(v.string());

const trainingOptionsSchema: v.GenericSchema<unknown, TrainingOptions> = v.object({
  engine: v.picklist(
    ['auto', ...ENGINE_NAMES],
    `The engine must be one of auto, ${ENGINE_NAMES.join(', ')}.`,
  ),
  threads: whole('The number of threads', 0, MOST_THREADS),
  maxMemoryMegabytes: whole('The memory limit in megabytes', 1, MOST_MEMORY),
  onBattery: v.picklist(ON_BATTERY, `On battery must be one of ${ON_BATTERY.join(', ')}.`),
  architecture: v.picklist(ARCHITECTURES, `The architecture must be one of ${ARCHITECTURES.join(', ')}.`),
  attention: v.boolean('The attention must be true or false.'),
  numLayers: whole('The number of layers', 1, 3),
  hiddenSize: whole('The hidden size', 8, 2048),
  embeddingSize: whole('The embedding size', 8, 2048),
  seconds: between('The time budget in seconds', 1, 7 * 24 * 3600),
  learningRate: between('The learning rate', 1e-6, 1),
  dropout: between('The dropout', 0, 0.9),
  batchSize: whole('The batch size', 1, 512),
  unrollSteps: whole('The number of unrolled steps', 1, 512),
  gradientClipNorm: between("The gradient's clipping norm", 1e-3, 1000),
  seed: whole('The seed', 0, 2 ** 31 - 1),
});

const selection = {
  folders: v.pipe(texts, v.minLength(1, 'Give at least one folder to learn from.')),
  excludeGlobs: texts,
  oldEncodings: v.exactOptional(texts),
  maxTotalBytes: between("The limit for all files' bytes", 1, 2 ** 31),
};

const start = {
  initialModelPath: v.nullable(v.string()),
  tokenizerPath: v.string(),
  baseModelPath: v.exactOptional(v.nullable(v.string())),
  options: trainingOptionsSchema,
};

const requestSchema: v.GenericSchema<unknown, TrainerRequest> = v.variant('kind', [
  v.object({
    kind: v.literal('train'),
    job: v.object({
      ...selection,
      split: v.nullable(v.object({ train: texts, heldOut: texts })),
      modelPath: v.string(),
      resumePath: v.string(),
      ...start,
      kernelPath: v.string(),
      nativeFolders: v.exactOptional(texts),
      engineTimingsPath: v.exactOptional(v.string()),
      failedEngines: v.exactOptional(v.array(v.picklist(ENGINE_NAMES))),
    }),
  }),
  v.object({
    kind: v.literal('plan'),
    job: v.object({
      ...selection,
      ...start,
      modelPath: v.nullable(v.string()),
      resumePath: v.nullable(v.string()),
    }),
  }),
  v.object({
    kind: v.literal('time'),
    job: v.object({
      engine: v.picklist(ENGINE_NAMES),
      nativeFolders: texts,
      config: networkConfigSchema,
      batchSize: count,
      unrollSteps: count,
      threads: count,
      maxMemoryMegabytes: count,
    }),
  }),
  v.object({ kind: v.picklist(['pause', 'resume', 'cancel']) }),
]);

const score = v.object({ bytes: count, bitsPerByte: v.number() });
const mix = v.object({ before: score, after: score, earlier: v.exactOptional(score) });
const file = { root: v.string(), path: v.string(), bytes: count };
const counts = v.record(v.string(), count);
const continues = { trainedAt: v.exactOptional(v.string()), changedFiles: count, files: count };

const eventSchema: v.GenericSchema<unknown, TrainerEvent> = v.variant('kind', [
  v.object({
    kind: v.literal('planned'),
    plan: v.object({
      files: v.array(v.object({ ...file, heldOutShare: v.number() })),
      trainBytes: count,
      heldOutBytes: count,
      leftOut: counts,
      largestLeftOut: v.array(v.object({ ...file, reason: v.string() })),
      tooLittle: v.boolean(),
      startsAfresh: v.boolean(),
      continues: v.nullable(v.object(continues)),
      resumes: v.boolean(),
      estimate: v.object({ trainTokens: count, seconds: count, epochs: count }),
    }),
  }),
  v.object({ kind: v.literal('timed'), tokensPerSecond: count }),
  v.object({ kind: v.literal('scanning'), files: count, bytes: count, leftOut: count }),
  v.object({
    kind: v.literal('files'),
    trainFiles: count,
    heldOutFiles: count,
    bytes: count,
  }),
  v.object({ kind: v.literal('loading'), name: v.picklist(ENGINE_NAMES) }),
  v.object({
    kind: v.literal('engine'),
    name: v.picklist(ENGINE_NAMES),
    description: v.string(),
    reason: v.string(),
    others: v.exactOptional(v.array(v.picklist(ENGINE_NAMES))),
  }),
  v.object({ kind: v.literal('warning'), message: v.string() }),
  v.object({
    kind: v.literal('failed'),
    message: v.string(),
    engine: v.exactOptional(v.picklist(ENGINE_NAMES)),
  }),
  v.object({ kind: v.literal('resumed'), step: count }),
  v.object({ kind: v.literal('continues'), ...continues }),
  v.object({
    kind: v.literal('step'),
    step: count,
    progress: count,
    trainLoss: v.number(),
    tokensPerSecond: count,
    secondsLeft: count,
  }),
  v.object({ kind: v.literal('validation'), step: count, score }),
  v.object({ kind: v.literal('calibrating'), progress: count }),
  v.object({ kind: v.literal('saved'), path: v.string(), step: count }),
  v.object({ kind: v.picklist(['paused', 'continued']) }),
  v.object({
    kind: v.literal('done'),
    outcome: v.picklist(['improved', 'notImproved', 'cancelled']),
    before: v.nullable(score),
    after: v.nullable(score),
    steps: count,
    tokensPerSecond: count,
    mix: v.exactOptional(mix),
    earlier: v.exactOptional(score),
    modelPath: v.nullable(v.string()),
  }),
]);

/** @throws Error with one sentence about the first rule that the value breaks. */
export function parseTrainerRequest(value: unknown): TrainerRequest {
  return parse(requestSchema, value, 'The trainer was sent a request');
}

/** @throws Error when the value is no event. */
export function parseTrainerEvent(value: unknown): TrainerEvent {
  return parse(eventSchema, value, 'The trainer sent an event');
}

function parse<T>(schema: v.GenericSchema<unknown, T>, value: unknown, what: string): T {
  const parsed = v.safeParse(schema, value);
  if (parsed.success) {
    return parsed.output;
  }
  const [issue] = parsed.issues;
  // The schemas' own messages are whole sentences; valibot's are not, so the field is named with them.
  throw new Error(
    issue.message.endsWith('.') && !issue.message.startsWith('Invalid')
      ? issue.message
      : `${what} that it does not know (${v.getDotPath(issue) ?? 'kind'}: ${issue.message}).`,
  );
}
