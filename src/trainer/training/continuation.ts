/** What a training reads that goes on from an earlier personal model: mostly text that the model has not read. */
import { countTargets, type DocumentTokens, type ReadStretch, type StretchWeight } from '../data/batchStream';
import { chunksOf, joinDigests, splitDigests, type TextChunk } from '../data/textChunks';

/** The share of the tokens read that the earlier model knows already, so that it does not forget them. */
const KNOWN_SHARE = 0.3;
/** Of the time asked for: with less a training hardly gets going. */
const SHORTEST_TIME = 0.1;

interface Continuation {
  /** Documents in which there is something that the earlier model has not read. */
  readonly changedFiles: number;
  /** Tokens of a pass: all, or those that the model has not read and a share of the others. */
  readonly passTokens: number;
  /** Absent where all text is read alike: when all or nothing of it has changed. */
  readonly weightOf?: StretchWeight;
  /** Seconds for as many passes over the changed text as the time asked for gives over the whole text. */
  readonly seconds: number;
}

/**
 * @param learned what the earlier model has read, as {@link learnedDigests} gave it
 * @param seconds asked for, for a training on all of the documents
 */
export function planContinuation(
  documents: readonly DocumentTokens[],
  learned: string,
  seconds: number,
): Continuation {
  const known = splitDigests(learned);
  const changed = documents.map((document) => chunksOf(document).filter(({ digest }) => !known.has(digest)));
  const changedFiles = changed.filter((chunks) => chunks.length > 0).length;
  const changedTokens = changed.reduce((sum, chunks) => sum + lengthOf(chunks), 0);
  const allTokens = countTargets(documents);
  const knownTokens = allTokens - changedTokens;
  // A user who trains again although nothing has changed wants more training on all of it.
  if (changedTokens === 0 || knownTokens === 0) {
    return { changedFiles, passTokens: allTokens, seconds };
  }
  const knownWeight = Math.min(1, (KNOWN_SHARE / (1 - KNOWN_SHARE)) * (changedTokens / knownTokens));
  const passTokens = changedTokens + knownWeight * knownTokens;
  return {
    changedFiles,
    passTokens,
    weightOf: (document, from, to) => {
      const share = overlap(changed[document], from, to) / (to - from);
      return knownWeight + (1 - knownWeight) * share;
    },
    seconds: seconds * Math.max(passTokens / allTokens, SHORTEST_TIME),
  };
}

/** @returns whether a model with this record has read most of a document */
export function learnedTest(learned: string): (document: DocumentTokens) => boolean {
  const known = splitDigests(learned);
  return (document) =>
    known.size > 0 &&
    lengthOf(chunksOf(document).filter(({ digest }) => known.has(digest))) > (document.length - 1) / 2;
}

/** Digests of what a network has read of these documents, in this training or before. */
export function learnedDigests(
  documents: readonly DocumentTokens[],
  read: readonly ReadStretch[],
  before: string,
): string {
  const known = splitDigests(before);
  const readOf = documents.map((): ReadStretch[] => []);
  for (const stretch of read) {
    readOf[stretch.document].push(stretch);
  }
  const learned = documents.flatMap((document, i) =>
    chunksOf(document).filter(
      ({ from, to, digest }) => known.has(digest) || overlap(readOf[i], from, to) > (to - from) / 2,
    ),
  );
  return joinDigests(learned.map(({ digest }) => digest));
}

function lengthOf(chunks: readonly TextChunk[]): number {
  return chunks.reduce((sum, { from, to }) => sum + to - from, 0);
}

/** Tokens of these parts of a document that lie from `from` to `to`. */
function overlap(parts: readonly Omit<ReadStretch, 'document'>[], from: number, to: number): number {
  return parts.reduce((sum, part) => sum + Math.max(0, Math.min(to, part.to) - Math.max(from, part.from)), 0);
}
