/** Measures a folder's test files before and after training on its train files. */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { HalfChoice } from '../protocol/generatorProtocol';
import { asError } from '../protocol/asError';
import type { DoneEvent } from '../protocol/trainerEvents';
import type { EngineName, TrainingOptions } from '../protocol/trainerProtocol';
import { realRoot } from '../trainer/corpus/scanFolders';
import { HELD_OUT_SHARE } from '../trainer/corpus/splitHeldOut';
import { readTokenizer } from '../trainer/sharedTokenizer';
import { patiently, saveFile } from '../trainer/training/saveFile';
import { lockModel, type ModelLock } from '../trainer/training/trainingLock';
import { scoreKeystrokes, type KeystrokeOptions, type TimedKeystrokes } from './keystrokeScore';
import { holdOutFromTraining, readSplit, readTexts, type FileText } from './split';
import { readMixable } from './loadedNetwork';
import { formatBytes } from './progressLine';
import type { Terminal } from './terminal';
import { temporaryFolder } from './temporaryFolder';
import { openedHalf, scoreTexts, type ScoredTexts } from './textScores';
import { startingModel, trainModel, type TrainResult } from './trainModel';
import { formatCount, formatSeconds, formatShare } from './trainingProgress';
import { fileUri, type WorkspaceFile } from './workspaceTexts';

interface Evaluation {
  /** Absolute. */
  readonly folder: string;
  readonly splitPath: string;
  /** How to train; null scores {@link modelPath} instead. */
  readonly training: TrainingOptions | null;
  /** Where the trained model goes, or the model to score; null keeps none. */
  readonly modelPath: string | null;
  readonly keystrokes: KeystrokeOptions;
  /** A language model to mix in, before and after. */
  readonly half?: HalfChoice | null;
}

export interface EvaluationReport {
  /** Of the test files. */
  readonly files: number;
  readonly bytes: number;
  /** Code points, for scripts where a byte says little. */
  readonly characters: number;
  /** By expert; `mix` is what the user gets. */
  readonly bitsPerByte: {
    readonly before: Readonly<Record<string, number>>;
    readonly after: Readonly<Record<string, number>>;
  };
  readonly keystrokes: { readonly before: TimedKeystrokes; readonly after: TimedKeystrokes };
  /** Null when nothing was trained. */
  readonly engine: EngineName | null;
  readonly trainTokensPerSecond: number | null;
  /** On the training text that was kept aside; null when a ready model was scored. */
  readonly training: TrainingReport | null;
  /** Why the model that was to be kept could not be written, for the user; null where it was, or none was to be. */
  readonly notKept: string | null;
}

type TrainingReport = Pick<DoneEvent, 'before' | 'after' | 'mix' | 'steps'> & {
  readonly outcome: DoneEvent['outcome'] | 'tooLittleText';
};

/** About a page, in UTF-8; from less text no part can be kept aside. */
const FEWEST_BYTES = 2000;

/** @throws Error whose message is for the user; the signal's reason when it aborts */
export async function evaluate(terminal: Terminal, evaluation: Evaluation): Promise<EvaluationReport> {
  const { folder, splitPath, keystrokes, half = null } = evaluation;
  if (evaluation.training === null && evaluation.modelPath !== null) {
    // So that a model that cannot be used is reported at once, and not after minutes of scoring without it.
    const tokenizer = await readTokenizer(terminal.product.tokenizer);
    await readMixable(evaluation.modelPath, tokenizer);
  }
  await realRoot(folder);
  const split = await readSplit(splitPath, folder);
  const learned = await readTexts(folder, split.train);
  const test = await readTexts(folder, split.test);
  if (test.every(({ bytes }) => bytes === 0)) {
    throw new Error(
      `The split ${splitPath} cannot be used: its test files are empty, so there is nothing to measure on.`,
    );
  }
  for (const path of copiesOf(learned, test)) {
    terminal.note(`${path} is measured, but a training file has the same text: the figures flatter.`);
  }
  const texts: ScoredTexts = { known: inWorkspace(folder, learned), test: inWorkspace(folder, test) };
  const score = async (modelPath: string | null) => ({
    bits: await scoreTexts(terminal, texts, modelPath, half),
    keystrokes: await scoreKeystrokes(terminal, texts, modelPath, keystrokes, half),
  });
  if (half !== null && evaluation.training !== null) {
    // So that one that cannot be opened is told of before the training.
    const tokenizer = await readTokenizer(terminal.product.tokenizer);
    (await openedHalf(terminal, half, tokenizer)).expert.dispose();
  }
  return withPlaces(evaluation, async (places) => {
    // First, as an engine that does not load here, or lacks memory, is then told of at once.
    const trained = places === null ? null : await train(terminal, evaluation, places, learned);
    const modelPath = places === null ? evaluation.modelPath : (trained?.done.modelPath ?? null);
    terminal.note(`Measuring on ${formatCount(test.length, 'test file')}, ${sizeOf(test)}, before…`);
    const before = await score(null);
    if (modelPath !== null) {
      terminal.note('Measuring after…');
    }
    const after = modelPath === null ? before : await score(modelPath);
    return {
      files: test.length,
      bytes: before.bits.bytes,
      characters: test.reduce((sum, { text }) => sum + Array.from(text).length, 0),
      bitsPerByte: { before: before.bits.bitsPerByte, after: after.bits.bitsPerByte },
      keystrokes: { before: before.keystrokes, after: after.keystrokes },
      engine: trained?.engine ?? null,
      trainTokensPerSecond: trained?.done.tokensPerSecond ?? null,
      training: places === null ? null : outcomeOf(trained?.done ?? null),
      notKept: trained?.notKept ?? null,
    };
  });
}

/** What a training needs to write to. */
interface Places {
  readonly training: TrainingOptions;
  readonly workFolder: string;
  /** Of the file that keeps the model, if one is to. */
  readonly lock: ModelLock | null;
}

/** Lends the places of a training before anything is measured, so that one that cannot be used is reported at once; null trains nothing. */
async function withPlaces<T>(
  { training, modelPath }: Evaluation,
  use: (places: Places | null) => Promise<T>,
): Promise<T> {
  if (training === null) {
    return use(null);
  }
  const workFolder = await temporaryFolder();
  try {
    const lock = modelPath === null ? null : await lockModel(modelPath);
    try {
      return await use({ training, workFolder, lock });
    } finally {
      await lock?.release();
    }
  } finally {
    await patiently(() => rm(workFolder, { recursive: true, force: true }));
  }
}

/** Trains into the work folder, and keeps the model if one is to be; null where there is too little text. */
async function train(
  terminal: Terminal,
  { folder, modelPath }: Evaluation,
  { training, workFolder, lock }: Places,
  files: readonly FileText[],
): Promise<(TrainResult & Pick<EvaluationReport, 'notKept'>) | null> {
  const kept = modelPath === null ? '' : `, and ${modelPath} is not written`;
  if (!isEnough(files)) {
    terminal.note(
      `The training files hold less than a page, too little to train on: after is as before${kept}.`,
    );
    return null;
  }
  const seconds = formatSeconds(training.seconds);
  terminal.note(
    `Training on ${formatCount(files.length, 'file')}, ${sizeOf(files)}, for ${seconds} at most…`,
  );
  const trained = await trainModel(
    terminal,
    {
      folders: [folder],
      split: holdOutFromTraining(folder, files, training.seed),
      // In a folder of its own: in the place of an earlier model only a better one would be written, but this training is measured.
      modelPath: join(workFolder, 'model.safetensors'),
      resumePath: join(workFolder, 'resume'),
      initialModelPath: await startingModel([terminal.product.baseModel], training),
      options: training,
    },
    'An evaluation keeps nothing of it: run the command again.',
  );
  terminal.signal.throwIfAborted();
  const share = trained.readTokens / (await tokensOf(terminal, files));
  if (share < 1 - HELD_OUT_SHARE) {
    terminal.note(
      `In ${seconds} the training read ${formatShare(share)} of its text; with a longer --seconds, after may be better.`,
    );
  }
  let notKept: string | null = null;
  if (trained.done.modelPath === null) {
    terminal.note(
      `By the training text that was kept aside, the new network does not improve ghost text, so "after" equals "before"${kept}.`,
    );
  } else if (modelPath !== null) {
    try {
      lock?.confirm();
      await saveFile(modelPath, await readFile(trained.done.modelPath));
    } catch (error) {
      // The figures, for which it was trained, are still to be had.
      notKept = asError(error).message;
    }
  }
  return { ...trained, notKept };
}

async function tokensOf({ product }: Terminal, files: readonly FileText[]): Promise<number> {
  const tokenizer = await readTokenizer(product.tokenizer);
  return files.reduce((sum, { text }) => sum + tokenizer.encode(text).length, 0);
}

function isEnough(train: readonly FileText[]): boolean {
  return bytesOf(train) >= FEWEST_BYTES;
}

/** Of the test files, those whose text is that of a training file: a copy, or a link to it. */
function copiesOf(train: readonly FileText[], test: readonly FileText[]): string[] {
  const known = new Set(train.map(({ text }) => text));
  return test.filter(({ text }) => text !== '' && known.has(text)).map(({ path }) => path);
}

function inWorkspace(folder: string, files: readonly FileText[]): WorkspaceFile[] {
  return files.map(({ path, text }) => ({ uri: fileUri(folder, path), text, recent: false }));
}

function bytesOf(files: readonly FileText[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

function sizeOf(files: readonly FileText[]): string {
  return formatBytes(bytesOf(files));
}

function outcomeOf(done: DoneEvent | null): TrainingReport {
  if (done === null) {
    return { outcome: 'tooLittleText', before: null, after: null, steps: 0 };
  }
  const { outcome, before, after, mix, steps } = done;
  return { outcome, before, after, ...(mix === undefined ? {} : { mix }), steps };
}
