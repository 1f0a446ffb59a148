import { createHash } from 'node:crypto';

const LINES_PER_SHINGLE = 4;
const MAX_SEEN_SHARE = 0.5;

/**
 * Finds files that mostly repeat earlier ones. A file is split into overlapping shingles of four non-blank lines,
 * compared without spaces; it is a near duplicate if more than half of its shingles occurred in files accepted before
 * (resemblance by shingling: A. Broder, "On the resemblance and containment of documents", 1997).
 */
export class NearDuplicateFilter {
  private readonly seen = new Set<number>();

  /** Whether the text is new; a new text is remembered. */
  accept(text: string): boolean {
    const shingles = shingleHashes(text);
    let repeated = 0;
    for (const hash of shingles) {
      if (this.seen.has(hash)) {
        repeated++;
      }
    }
    if (repeated > MAX_SEEN_SHARE * shingles.length) {
      return false;
    }
    for (const hash of shingles) {
      this.seen.add(hash);
    }
    return true;
  }
}

/** 48-bit hashes of the shingles, at least one. */
function shingleHashes(text: string): number[] {
  const lines = text
    .split('\n')
    .map((line) => line.replace(/\s+/g, ''))
    .filter((line) => line !== '');
  const hashes: number[] = [];
  for (let first = 0; first === 0 || first + LINES_PER_SHINGLE <= lines.length; first++) {
    const shingle = lines.slice(first, first + LINES_PER_SHINGLE).join('\n');
    hashes.push(createHash('md5').update(shingle).digest().readUIntBE(0, 6));
  }
  return hashes;
}
