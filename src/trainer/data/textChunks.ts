/**
 * Which parts of a text a network has read. Chunk borders depend only on the tokens just before them (content-defined chunking,
 * Muthitacharoen et al. 2001, "A Low-bandwidth Network File System"), so an edit changes the chunks that it touches and shifts
 * the others unchanged.
 */
import { createHash } from 'node:crypto';
import type { DocumentTokens } from './batchStream';

/** Tokens `from` (included) to `to` (excluded) of a document; its first token, which is never predicted, is in none. */
export interface TextChunk {
  readonly from: number;
  readonly to: number;
  /** {@link DIGEST_CHARACTERS} characters that differ for different tokens. */
  readonly digest: string;
}

const BORDER_TOKENS = 4;
/** A border is where a hash of the last tokens has these bits zero: about every 512 tokens. */
const BORDER_MASK = 0x1ff;
const SHORTEST = 64;
const LONGEST = 2048;
/** Six bytes in base64: among a million chunks two collide with a probability of about 1/500. */
const DIGEST_CHARACTERS = 8;

export function chunksOf(tokens: DocumentTokens): TextChunk[] {
  const chunks: TextChunk[] = [];
  let from = 1;
  for (let to = 2; to <= tokens.length; to++) {
    const length = to - from;
    if (to === tokens.length || length === LONGEST || (length >= SHORTEST && isBorder(tokens, to))) {
      chunks.push({ from, to, digest: digestOf(tokens.subarray(from, to)) });
      from = to;
    }
  }
  return chunks;
}

/** Digests as a checkpoint keeps them. */
export function joinDigests(digests: Iterable<string>): string {
  return [...new Set(digests)].toSorted().join('');
}

export function splitDigests(joined: string): Set<string> {
  const digests = new Set<string>();
  for (let start = 0; start < joined.length; start += DIGEST_CHARACTERS) {
    digests.add(joined.slice(start, start + DIGEST_CHARACTERS));
  }
  return digests;
}

/** FNV-1a over the tokens before `end`, its bits mixed once more since only the lowest are looked at. */
function isBorder(tokens: DocumentTokens, end: number): boolean {
  let hash = 0x811c9dc5;
  for (let i = end - BORDER_TOKENS; i < end; i++) {
    hash = Math.imul(hash ^ tokens[i], 0x01000193);
  }
  return ((hash ^ (hash >>> 15)) & BORDER_MASK) === 0;
}

function digestOf(tokens: DocumentTokens): string {
  const bytes = new Uint8Array(tokens.buffer, tokens.byteOffset, tokens.byteLength);
  return createHash('sha256').update(bytes).digest('base64').slice(0, DIGEST_CHARACTERS);
}
