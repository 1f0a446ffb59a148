/** What a training would read and how long it would take, found without training. */
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { countParameters } from '../../model/networkConfig';
import type { PlanJob, PlannedFile, TrainerEvent, TrainingPlan } from '../../protocol/trainerProtocol';
import type { LeftOut, LeftOutReason } from '../corpus/leftOutReason';
import { corpusDocuments, countReasons, isEnough, trainDocument } from '../corpus/readCorpus';
import { scanFolders, type TextFile } from '../corpus/scanFolders';
import { scanReporter } from '../corpus/scanReporter';
import { splitHeldOut, type FilePart } from '../corpus/splitHeldOut';
import { readBeginning } from './beginning';
import { learnedTest } from './continuation';
import { readEarlierModel } from './earlierModel';
import { planReading, readingOf } from './readingPlan';
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
  const continues = initial?.training.learned !== undefined;
  const mayResume = job.resumePath !== null && existsSync(job.resumePath);
  const texts = new Map<TextFile, { readonly tokens: Uint16Array; readonly modified: number }>();
  let tokenizedBytes = 0;
  const scan = await scanFolders(
    job.folders,
    {
      ...job,
      onText: (file, text, modified) => {
        if (read !== undefined || continues || mayResume || tokenizedBytes < TOKENIZED_BYTES) {
          tokenizedBytes += file.bytes;
          texts.set(file, { tokens: Uint16Array.from(tokenizer.encode(text)), modified });
        }
      },
      onProgress: scanReporter(emit),
    },
    signal,
  );
  const documentOf = (part: FilePart) =>
    trainDocument(part, texts.get(part.file)!.tokens, tokenizer.endOfTextId);
  const isLearned = learnedTest(read ?? '');
  const learned =
    read === undefined ? [] : scan.files.filter((file) => isLearned(documentOf({ file, from: 0, to: 1 })));
  const { train, heldOut } = splitHeldOut(scan.files, job.options.seed, new Set(learned));
  const shares = new Map(heldOut.map(({ file, from, to }) => [file, to - from]));
  const files = scan.files.map((file) => ({ ...file, heldOutShare: shares.get(file) ?? 0 }));
  const heldOutBytes = Math.round(
    files.reduce((sum, { bytes, heldOutShare }) => sum + bytes * heldOutShare, 0),
  );
  const trainBytes = scan.bytes - heldOutBytes;
  const seenTokens = [...texts.values()].reduce((sum, { tokens }) => sum + tokens.length, 0);
  const trainTokens = tokenizedBytes === 0 ? 0 : Math.round((trainBytes * seenTokens) / tokenizedBytes);
  const reading = continues
    ? planReading(
        beginning,
        {
          train: train.map(documentOf),
          modified: train.map(({ file }) => texts.get(file)!.modified),
        },
        job.options.seconds,
      )
    : readingOf(initial, { seconds: job.options.seconds, passTokens: trainTokens }, null);
  const documents =
    mayResume || scan.bytes < TOKENIZED_BYTES
      ? corpusDocuments({ files: texts, train, heldOut }, tokenizer.endOfTextId)
      : null;
  const tooLittle = documents !== null && !isEnough(documents);
  let resumes = false;
  let shareLeft = 1;
  if (mayResume && documents !== null) {
    const fingerprint = resumeFingerprint(job.options, beginning, documents);
    const found = await findResumePoint(job.resumePath, fingerprint);
    if (found.kind === 'found') {
      resumes = true;
      const { progress, validationSeconds } = found.point;
      const budget = new TrainingBudget(reading.seconds, reading.mostTokens, validationSeconds);
      shareLeft = 1 - budget.shareSpent(progress);
    }
  }
  const tokensPerSecond = TYPICAL_WEIGHT_TOKENS_PER_SECOND / countParameters(config);
  const seconds = shareLeft * Math.min(reading.seconds, reading.mostTokens / tokensPerSecond);
  return {
    files,
    trainBytes,
    heldOutBytes,
    leftOut: countReasons(scan.leftOut),
    largestLeftOut: await largest(scan.leftOut, signal),
    tooLittle,
    startsAfresh: initial === null,
    continues: reading.continues,
    resumes,
    estimate: {
      trainTokens,
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
