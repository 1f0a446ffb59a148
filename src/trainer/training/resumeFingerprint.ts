import { createHash } from 'node:crypto';
import type { TrainJob } from '../../protocol/trainerProtocol';
import type { Corpus } from '../corpus/readCorpus';
import type { Beginning } from './beginning';

/** Of all that a training depends on: one with the same fingerprint goes on with an interrupted one. */
export function resumeFingerprint(
  jobOptions: TrainJob['options'],
  { config, tokenizer, base, initial }: Beginning,
  { fingerprint, modified }: Pick<Corpus, 'fingerprint' | 'modified'>,
): string {
  // Another engine may go on where one has failed.
  const options = { ...jobOptions, engine: null, threads: null, onBattery: null, maxMemoryMegabytes: null };
  return createHash('sha256')
    .update(
      JSON.stringify([
        fingerprint,
        modified,
        options,
        config,
        initial?.training ?? null,
        base,
        tokenizer.toJson(),
      ]),
    )
    .digest('hex');
}
