/** What a training would read and how long it would take, found without training. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { countParameters } from '../../model/networkConfig';
import type { PlanJob, PlannedFile, TrainerEvent, TrainingPlan } from '../../protocol/trainerProtocol';
import type { LeftOut, LeftOutReason } from '../corpus/leftOutReason';
import { corpusOf, countReasons, isEnough, readTextSet } from '../corpus/readCorpus';
import { scanReporter } from '../corpus/scanReporter';
import { countTargets } from '../data/batchStream';
import { readBeginning } from './beginning';
import { learnedTest } from './continuation';
import { readEarlierModel } from './earlierModel';
import { planReading } from './readingPlan';
import { findResumePoint } from './resumeFile';
import { resumeFingerprint } from './resumeFingerprint';
import { TrainingBudget } from './trainingBudget';

const MOST_LARGEST = 20;
/** Entries that are measured to find the largest; a folder with more of them is not a person's text. */
const MOST_MEASURED = 20_000;
/** Reasons why a file is left out that may surprise; files with others were excluded on purpose or are no text. */
const SURPRISING: ReadonlySet<LeftOutReason> = new Set<LeftOutReason>([
  'unknownEncoding',
  'data',
  'largeNotebook',
  'otherNotebook',
  'generated',
  'minified',
  'longLine',
  'secret',
  'duplicate',
  'restOverFileLimit',
  'overTotalLimit',
  'unreadable',
]);
/** Weights times tokens that one thread of the wasm engine trains a second (bench/README.md); only ever called an estimate. */
const TYPICAL_WEIGHT_TOKENS_PER_SECOND = 6e9;

/** @throws Error with a sentence for the user, or the signal's reason when it aborts */
export async function planTraining(
  job: PlanJob,
  signal: AbortSignal,
  emit: (event: TrainerEvent) => void,
): Promise<TrainingPlan> {
  // Its warnings are given when training starts.
  const beginning = await readBeginning(job, () => undefined);
  const { tokenizer, config, initial } = beginning;
  const earlier =
    job.modelPath === null ? null : await readEarlierModel(job.modelPath, tokenizer, () => undefined);
  const texts = await readTextSet(
    { ...job, split: null },
    tokenizer,
    job.options.seed,
    signal,
    scanReporter(emit),
    learnedTest((earlier ?? initial)?.training.learned ?? ''),
  );
  const corpus = corpusOf(texts, tokenizer);
  const shares = new Map(texts.heldOut.map(({ file, from, to }) => [file, to - from]));
  const files = [...texts.files.keys()].map((file) => ({ ...file, heldOutShare: shares.get(file) ?? 0 }));
  const heldOutBytes = Math.round(
    files.reduce((sum, { bytes, heldOutShare }) => sum + bytes * heldOutShare, 0),
  );
  const reading = planReading(beginning, corpus, job.options.seconds);
  const interrupted =
    job.resumePath === null
      ? null
      : await findResumePoint(job.resumePath, resumeFingerprint(job.options, beginning, corpus));
  let shareLeft = 1;
  if (interrupted?.kind === 'found') {
    const { progress, validationSeconds } = interrupted.point;
    const budget = new TrainingBudget(reading.seconds, reading.mostTokens, validationSeconds);
    shareLeft = 1 - budget.shareSpent(progress);
  }
  const tokensPerSecond = TYPICAL_WEIGHT_TOKENS_PER_SECOND / countParameters(config);
  const seconds = shareLeft * Math.min(reading.seconds, reading.mostTokens / tokensPerSecond);
  return {
    files,
    trainBytes: corpus.bytes - heldOutBytes,
    heldOutBytes,
    leftOut: countReasons(corpus.leftOut),
    largestLeftOut: await largest(corpus.leftOut, signal),
    tooLittle: !isEnough(corpus),
    startsAfresh: initial === null,
    continues: reading.continues,
    resumes: interrupted?.kind === 'found',
    estimate: {
      trainTokens: countTargets(corpus.train),
      seconds,
      epochs: reading.passTokens === 0 ? 0 : (seconds * tokensPerSecond) / reading.passTokens,
    },
  };
}

async function largest(
  leftOut: readonly LeftOut[],
  signal: AbortSignal,
): Promise<(PlannedFile & { reason: string })[]> {
  const measured: (PlannedFile & { reason: string })[] = [];
  const surprising = leftOut.filter(({ path, reason }) => SURPRISING.has(reason) && !path.endsWith('/'));
  for (const { root, path, reason } of surprising.slice(0, MOST_MEASURED)) {
    signal.throwIfAborted();
    try {
      measured.push({ root, path, reason, bytes: (await stat(join(root, path))).size });
    } catch {
      // It disappeared since; there is nothing to tell of it.
    }
  }
  return measured.toSorted((a, b) => b.bytes - a.bytes).slice(0, MOST_LARGEST);
}
