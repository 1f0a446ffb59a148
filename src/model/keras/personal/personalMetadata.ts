import * as v from 'valibot';
import { trainingRecordSchema } from '../../checkpoint/trainingRecord';
import { isNestedTooDeeply } from '../../nesting';

/** What a checkpoint holds besides its network; an exported file keeps it as JSON under {@link UNDERSTUDY_METADATA}. */
export const personalMetadataSchema = v.object({
  format: v.literal('understudy'),
  formatVersion: v.literal(1),
  /** The content of a tokenizer.json. */
  tokenizer: v.pipe(
    v.unknown(),
    v.check((json) => !isNestedTooDeeply(json)),
  ),
  training: trainingRecordSchema,
  gate: v.nullable(v.array(v.pipe(v.number(), v.finite()))),
});

export type PersonalMetadata = v.InferOutput<typeof personalMetadataSchema>;
