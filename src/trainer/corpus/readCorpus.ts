/** The texts of some folders as tokens, parted into what is trained on and what is held out. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { CorpusSelection } from '../../protocol/trainerProtocol';
import { countTargets, type DocumentTokens } from '../data/batchStream';
import { readFileText, type FileReading } from './fileText';
import { LEFT_OUT_REASONS, type LeftOut, type LeftOutReason } from './leftOutReason';
import { scanFolders, type ScanProgress, type ScanResult, type TextFile } from './scanFolders';
import { HELD_OUT_SHARE, splitHeldOut, type FilePart } from './splitHeldOut';

/** What the corpus needs of a tokenizer; ids must fit 16 bits. */
interface TextEncoding {
  readonly endOfTextId: number;
  encode(text: string): Int32Array;
}

export interface Corpus {
  /** Each: end of text, the text, end of text. */
  readonly train: readonly DocumentTokens[];
  /** Each: end of text, the text. */
  readonly heldOut: readonly DocumentTokens[];
  /** By document of `train`, when its file was last changed, milliseconds since 1970. */
  readonly modified: readonly number[];
  /** Of all texts in UTF-8. */
  readonly bytes: number;
  readonly tokens: number;
  readonly leftOut: readonly LeftOut[];
  /** Changes when any token of any text, or the split, changes. */
  readonly fingerprint: string;
}

/** A file named in a split is read up to this; that is more than any single text of a workspace. */
const MAX_LISTED_FILE_BYTES = 64 * 1024 * 1024;
const FEWEST_TRAIN_TOKENS = 64;
const FEWEST_HELD_OUT_TOKENS = 8;

interface FileTokens {
  readonly tokens: Uint16Array;
  readonly modified: number;
}

interface TextSet {
  readonly tokens: ReadonlyMap<TextFile, FileTokens>;
  readonly train: readonly FilePart[];
  readonly heldOut: readonly FilePart[];
  readonly leftOut: readonly LeftOut[];
}

/** How the texts of folders are looked for. */
interface TextSearch {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ScanProgress) => void;
  /** Whether the model that is to be measured has been trained on a file, which is then better not held out. */
  readonly isLearned?: (document: DocumentTokens) => boolean;
  /** UTF-8 bytes of text after which no more is tokenized; without it, and with `isLearned`, all is. */
  readonly mostBytes?: number;
}

/**
 * Reads and tokenizes each text once. A file that vanishes or cannot be read is left out, and stands in `leftOut`.
 * @param seed of the choice of held-out files, when the selection names none
 * @throws Error with a sentence for the user when a folder cannot be read or there is too little text; the signal's reason when
 * it aborts
 */
export async function readCorpus(
  selection: CorpusSelection,
  encoding: TextEncoding,
  seed: number,
  search: TextSearch = {},
): Promise<Corpus> {
  const texts =
    selection.split === null
      ? await scanTexts(selection, encoding, seed, search)
      : await listed(selection, selection.split, encoding, search);
  const documents = corpusDocuments(texts, encoding.endOfTextId);
  const { train, heldOut } = documents;
  checkEnough(selection.folders, train, heldOut, texts.leftOut);
  const files = [...texts.tokens.keys()];
  return {
    ...documents,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    tokens: countTargets(train) + countTargets(heldOut),
    leftOut: texts.leftOut,
  };
}

/** The documents of texts that have been read and parted. */
export function corpusDocuments(
  { tokens, train: trainParts, heldOut: heldOutParts }: Pick<TextSet, 'tokens' | 'train' | 'heldOut'>,
  endOfTextId: number,
): Pick<Corpus, 'train' | 'heldOut' | 'modified' | 'fingerprint'> {
  const train = trainParts.map((part) => documentOf(part, tokens, endOfTextId, true));
  const heldOut = heldOutParts
    .map((part) => documentOf(part, tokens, endOfTextId, false))
    .filter((document) => document.length > 1);
  const modified = trainParts.map(({ file }) => tokens.get(file)!.modified);
  return { train, heldOut, modified, fingerprint: fingerprintOf(train, heldOut) };
}

/** End of text, a part of a file, and where the document is trained on, end of text again. */
function documentOf(
  { file, from, to }: FilePart,
  tokens: TextSet['tokens'],
  endOfTextId: number,
  isTrainedOn: boolean,
): DocumentTokens {
  const { tokens: all } = tokens.get(file)!;
  const part = all.subarray(Math.round(from * all.length), Math.round(to * all.length));
  const document = new Uint16Array(part.length + (isTrainedOn ? 2 : 1)).fill(endOfTextId);
  document.set(part, 1);
  return document;
}

/** How many entries were left out for each reason. */
export function countReasons(leftOut: readonly LeftOut[]): Record<string, number> {
  const counts: Partial<Record<LeftOutReason, number>> = {};
  for (const { reason } of leftOut) {
    counts[reason] = (counts[reason] ?? 0) + 1;
  }
  return counts;
}

/**
 * The texts of some folders, parted, as {@link readCorpus} reads them.
 * @throws Error with a sentence for the user when a folder cannot be read; the signal's reason when it aborts
 */
export async function scanTexts(
  selection: Omit<CorpusSelection, 'split'>,
  encoding: TextEncoding,
  seed: number,
  { signal, onProgress, isLearned, mostBytes = Infinity }: TextSearch,
): Promise<TextSet & ScanResult> {
  const tokens = new Map<TextFile, FileTokens>();
  let tokenizedBytes = 0;
  const scan = await scanFolders(
    selection.folders,
    {
      ...selection,
      onText: (file, text, modified) => {
        if (tokenizedBytes < mostBytes) {
          tokenizedBytes += file.bytes;
          tokens.set(file, { tokens: Uint16Array.from(encoding.encode(text)), modified });
        }
      },
      ...(onProgress && { onProgress }),
    },
    signal,
  );
  const learned = scan.files.filter((file) =>
    isLearned?.(documentOf({ file, from: 0, to: 1 }, tokens, encoding.endOfTextId, true)),
  );
  return { ...scan, tokens, ...splitHeldOut(scan.files, seed, new Set(learned)) };
}

async function listed(
  selection: CorpusSelection,
  split: NonNullable<CorpusSelection['split']>,
  encoding: TextEncoding,
  { signal }: TextSearch,
): Promise<TextSet> {
  const tokens = new Map<TextFile, FileTokens>();
  const byPath = new Map<string, TextFile>();
  const leftOut: LeftOut[] = [];
  for (const path of new Set([...split.train, ...split.heldOut])) {
    signal?.throwIfAborted();
    const { root, read } = await readFromAny(selection, path);
    if (read.kind === 'leftOut') {
      leftOut.push({ root, path, reason: read.reason });
      continue;
    }
    const { text, modified } = read;
    const file = { root, path, bytes: Buffer.byteLength(text) };
    byPath.set(path, file);
    tokens.set(file, { tokens: Uint16Array.from(encoding.encode(text)), modified });
  }
  const trained = new Set(split.train);
  const inPart = new Set(split.heldOut.filter((path) => trained.has(path)));
  const partsOf = (paths: readonly string[], tail: Pick<FilePart, 'from' | 'to'>): FilePart[] =>
    paths.flatMap((path) => {
      const file = byPath.get(path);
      return file === undefined ? [] : [{ file, ...(inPart.has(path) ? tail : { from: 0, to: 1 }) }];
    });
  return {
    tokens,
    train: partsOf(split.train, { from: 0, to: 1 - HELD_OUT_SHARE }),
    heldOut: partsOf(split.heldOut, { from: 1 - HELD_OUT_SHARE, to: 1 }),
    leftOut,
  };
}

async function readFromAny(
  { folders, oldEncodings }: CorpusSelection,
  path: string,
): Promise<{ root: string; read: FileReading }> {
  let root = folders[0];
  let read: FileReading = { kind: 'leftOut', reason: 'vanished' };
  for (const [i, folder] of folders.entries()) {
    root = folder;
    read = await readFileText(join(root, path), MAX_LISTED_FILE_BYTES, oldEncodings?.[i]);
    if (read.kind === 'text' || read.reason !== 'vanished') {
      break;
    }
  }
  return { root, read };
}

/** Whether there is text enough to train on and to measure by; a training on less is refused. */
export function isEnough({ train, heldOut }: Pick<Corpus, 'train' | 'heldOut'>): boolean {
  return countTargets(train) >= FEWEST_TRAIN_TOKENS && countTargets(heldOut) >= FEWEST_HELD_OUT_TOKENS;
}

function checkEnough(
  folders: readonly string[],
  train: readonly DocumentTokens[],
  heldOut: readonly DocumentTokens[],
  leftOut: readonly LeftOut[],
): void {
  const where = folders.join(', ');
  if (train.length + heldOut.length === 0) {
    throw new Error(`There is no text to learn from in ${where}: ${whyNone(leftOut)}.`);
  }
  if (!isEnough({ train, heldOut })) {
    throw new Error(
      `There is too little text to learn from in ${where}: learning and measuring take about a page.`,
    );
  }
}

/** Names one reason, as the user has the list of all; a list of them could not be translated. */
function whyNone(leftOut: readonly LeftOut[]): string {
  const [first, ...others] = Object.entries(countReasons(leftOut)).toSorted(([, a], [, b]) => b - a);
  if (first === undefined) {
    return 'it holds no files';
  }
  const reason = LEFT_OUT_REASONS[first[0] as LeftOutReason];
  return others.length === 0
    ? `what is there was left out (${reason})`
    : `what is there was left out, most of it for one reason (${reason})`;
}

function fingerprintOf(...sets: readonly (readonly DocumentTokens[])[]): string {
  const hash = createHash('sha256');
  for (const documents of sets) {
    hash.update(`${documents.length}\n`);
    for (const { buffer, byteOffset, byteLength } of documents) {
      hash.update(`${byteLength}\n`).update(new Uint8Array(buffer, byteOffset, byteLength));
    }
  }
  return hash.digest('hex');
}
