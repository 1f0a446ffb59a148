/** Which text a training reads how often, and for how long. */
import type { Continues } from '../../protocol/trainerProtocol';
import type { Corpus } from '../corpus/readCorpus';
import type { StretchWeight } from '../data/batchStream';
import { recencyWeights } from '../data/recencyWeights';
import type { Beginning } from './beginning';
import { planContinuation } from './continuation';

export interface ReadingPlan {
  /** Of the optimisation. */
  readonly seconds: number;
  /** Absent where all text is read alike. */
  readonly weightOf?: StretchWeight;
  /** Tokens that make up a pass: those that the earlier model has not read, or all. */
  readonly passTokens: number;
  /** Null where training starts from no personal model that tells what it has read. */
  readonly continues: Continues | null;
}

/** @param seconds asked for, for a training on all of the text */
export function planReading(
  { initial }: Pick<Beginning, 'initial'>,
  { train, modified }: Pick<Corpus, 'train' | 'modified'>,
  seconds: number,
): ReadingPlan {
  const allTokens = train.reduce((sum, { length }) => sum + length - 1, 0);
  const recency = recencyWeights(modified);
  const byAge = recency === null ? {} : { weightOf: (document: number) => recency[document] };
  const learned = initial?.training.learned;
  if (initial === null || learned === undefined) {
    return { ...byAge, seconds, passTokens: allTokens, continues: null };
  }
  const { changedFiles, changedTokens, ...reading } = planContinuation(train, learned, seconds);
  const { trainedAt } = initial.training;
  return {
    ...byAge,
    ...reading,
    passTokens: reading.weightOf === undefined ? allTokens : changedTokens,
    continues: { ...(trainedAt === undefined ? {} : { trainedAt }), changedFiles, files: train.length },
  };
}
