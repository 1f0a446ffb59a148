/** How often a training reads which text, and for how long. */
import type { Continues } from '../../protocol/trainerEvents';
import type { Corpus } from '../corpus/readCorpus';
import { countTargets, type StretchWeight } from '../data/batchStream';
import { recencyWeights } from '../data/recencyWeights';
import type { Beginning } from './beginning';
import { planContinuation } from './continuation';

/**
 * Passes after which a network that goes on from another one has learned what it can. With more, it learns a small text by heart
 * and gets worse on any other (bench/README.md).
 */
const MOST_PASSES = 4;

export interface ReadingPlan {
  /** Of the optimisation, at most. */
  readonly seconds: number;
  /** Absent where all text is read alike. */
  readonly weightOf?: StretchWeight;
  /** Tokens of a pass: mostly those that the earlier model has not read, or all. */
  readonly passTokens: number;
  /** To be read, at most; Infinity for a network that starts afresh. */
  readonly mostTokens: number;
  /** Null where training starts from no personal model that tells what it has read. */
  readonly continues: Continues | null;
}

/** The plan for this time and so many tokens a pass. */
export const readingOf = (
  initial: Beginning['initial'],
  pass: Pick<ReadingPlan, 'seconds' | 'weightOf' | 'passTokens'>,
  continues: Continues | null,
): ReadingPlan => ({
  ...pass,
  mostTokens: initial === null ? Infinity : MOST_PASSES * pass.passTokens,
  continues,
});

/** @param seconds asked for, for a training on all of the text */
export function planReading(
  { initial }: Pick<Beginning, 'initial'>,
  { train, modified }: Pick<Corpus, 'train' | 'modified'>,
  seconds: number,
): ReadingPlan {
  const recency = recencyWeights(modified, Date.now());
  const byAge = recency === null ? {} : { weightOf: (document: number) => recency[document] };
  const { learned, trainedAt } = initial?.training ?? {};
  if (learned === undefined) {
    return readingOf(initial, { ...byAge, seconds, passTokens: countTargets(train) }, null);
  }
  const { changedFiles, ...pass } = planContinuation(train, learned, seconds);
  const dated = trainedAt === undefined ? {} : { trainedAt };
  return readingOf(initial, { ...byAge, ...pass }, { ...dated, changedFiles, files: train.length });
}
