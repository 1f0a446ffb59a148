import { createHash } from 'node:crypto';
import type { TrainJob } from '../../protocol/trainerProtocol';
import type { Corpus } from '../corpus/readCorpus';
import type { Beginning } from './beginning';
import type { ReadingPlan } from './readingPlan';

/**
 * Of all that a training depends on: one with the same fingerprint goes on with an interrupted one. Of when files were changed only
 * whether the text is weighted counts, which decides how it is cut: files that were touched, but hold what they held, are read as
 * often as before.
 */
export function resumeFingerprint(
  jobOptions: TrainJob['options'],
  { config, tokenizer, base, initial }: Beginning,
  { fingerprint }: Pick<Corpus, 'fingerprint'>,
  { weightOf }: Pick<ReadingPlan, 'weightOf'>,
): string {
  // Another engine may go on where one has failed.
  const options = { ...jobOptions, engine: null, threads: null, onBattery: null, maxMemoryMegabytes: null };
  return createHash('sha256')
    .update(
      JSON.stringify([
        fingerprint,
        weightOf !== undefined,
        options,
        config,
        initial?.training ?? null,
        base,
        tokenizer.toJson(),
      ]),
    )
    .digest('hex');
}
