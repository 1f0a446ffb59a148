import * as v from 'valibot';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const bitsPerByte = v.pipe(v.number(), v.finite(), v.minValue(0));

/** How a model was made; fields that are not known are left out. */
export const trainingRecordSchema = v.object({
  /** When training ended, ISO 8601. */
  trainedAt: v.exactOptional(v.string()),
  /** Text trained on. */
  files: v.exactOptional(count),
  bytes: v.exactOptional(count),
  tokens: v.exactOptional(count),
  /** Optimizer steps, those of an earlier training that was continued included. */
  steps: v.exactOptional(count),
  /** The engine's description for the user, e.g. "TensorFlow.js on WebAssembly". */
  engine: v.exactOptional(v.string()),
  /** Quality on text not trained on, before and after the training. */
  heldOut: v.exactOptional(
    v.object({
      bytes: count,
      bitsPerByteBefore: v.exactOptional(bitsPerByte),
      bitsPerByteAfter: v.exactOptional(bitsPerByte),
    }),
  ),
  /** Quality of the whole mix on a sample of the held-out text, without this network and with it. */
  mix: v.exactOptional(
    v.object({ bytes: count, bitsPerByteBefore: bitsPerByte, bitsPerByteAfter: bitsPerByte }),
  ),
  /** Digests of the stretches of text that it has read, so that the next training reads mostly what has changed. */
  learned: v.exactOptional(v.string()),
  /** Identifies the base model that it descends from. */
  base: v.exactOptional(v.string()),
});

export type TrainingRecord = Readonly<v.InferOutput<typeof trainingRecordSchema>>;
