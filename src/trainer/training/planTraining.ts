/** What a training would read and how long it would take, found without training. */
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { countParameters } from '../../model/networkConfig';
import type { PlannedFile, TrainerEvent, TrainingPlan } from '../../protocol/trainerEvents';
import type { PlanJob } from '../../protocol/trainerProtocol';
import type { LeftOut, LeftOutReason } from '../corpus/leftOutReason';
import { corpusDocuments, countReasons, isEnough, scanTexts } from '../corpus/readCorpus';
import { scanReporter } from '../corpus/scanReporter';
import { readBeginning } from './beginning';
import { learnedTest } from './continuation';
import { readEarlierModel } from './earlierModel';
import { planReading, readingOf, type ReadingPlan } from './readingPlan';
import { findResumePoint } from './resumeFile';
import { resumeFingerprint } from './resumeFingerprint';
import { TrainingBudget } from './trainingBudget';

/** The tokens of all text are estimated from those of this much of it; UTF-8 bytes. */
const TOKENIZED_BYTES = 1024 * 1024;
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
  'secretText',
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
  const read = (earlier ?? initial)?.training.learned;
  const mayResume = job.resumePath !== null && existsSync(job.resumePath);
  const needsAll = read !== undefined || initial?.training.learned !== undefined || mayResume;
  const texts = await scanTexts(job, tokenizer, job.options.seed, {
    signal,
    onProgress: scanReporter(emit),
    ...(read === undefined ? {} : { isLearned: learnedTest(read) }),
    ...(needsAll ? {} : { mostBytes: TOKENIZED_BYTES }),
  });
  const shares = new Map(texts.heldOut.map(({ file, from, to }) => [file, to - from]));
  const files = texts.files.map((file) => ({ ...file, heldOutShare: shares.get(file) ?? 0 }));
  const heldOutBytes = Math.round(
    files.reduce((sum, { bytes, heldOutShare }) => sum + bytes * heldOutShare, 0),
  );
  const trainBytes = texts.bytes - heldOutBytes;
  const isAll = texts.tokens.size === texts.files.length;
  const documents = isAll ? corpusDocuments(texts, tokenizer.endOfTextId) : null;
  const seen = [...texts.tokens];
  const seenBytes = seen.reduce((sum, [{ bytes }]) => sum + bytes, 0);
  const seenTokens = seen.reduce((sum, [, { tokens }]) => sum + tokens.length, 0);
  const trainTokens = seenBytes === 0 ? 0 : Math.round((trainBytes * seenTokens) / seenBytes);
  const reading =
    documents === null
      ? readingOf(initial, { seconds: job.options.seconds, passTokens: trainTokens }, null)
      : planReading(beginning, documents, job.options.seconds);
  const left =
    mayResume && documents !== null
      ? await shareLeft(
          job.resumePath,
          resumeFingerprint(job.options, beginning, documents, reading),
          reading,
        )
      : null;
  const tokensPerSecond = TYPICAL_WEIGHT_TOKENS_PER_SECOND / countParameters(config);
  const seconds = (left ?? 1) * Math.min(reading.seconds, reading.mostTokens / tokensPerSecond);
  return {
    files,
    trainBytes,
    heldOutBytes,
    leftOut: countReasons(texts.leftOut),
    largestLeftOut: await largest(texts.leftOut, signal),
    tooLittle: documents !== null && !isEnough(documents),
    startsAfresh: initial === null,
    continues: reading.continues,
    resumes: left !== null,
    estimate: {
      trainTokens,
      seconds,
      epochs: reading.passTokens === 0 ? 0 : (seconds * tokensPerSecond) / reading.passTokens,
    },
  };
}

/** Of the training that was interrupted and goes on, 0 to 1; null where none does. */
async function shareLeft(
  resumePath: string,
  fingerprint: string,
  { seconds, mostTokens }: ReadingPlan,
): Promise<number | null> {
  const found = await findResumePoint(resumePath, fingerprint);
  if (found.kind !== 'found') {
    return null;
  }
  const { progress, validationSeconds } = found.point;
  return 1 - new TrainingBudget(seconds, mostTokens, validationSeconds).shareSpent(progress);
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
