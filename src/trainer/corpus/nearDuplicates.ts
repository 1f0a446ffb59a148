/**
 * Finds texts that were seen before, whole or nearly: a hash of the text without its white space, then the
 * resemblance of word shingles, estimated from each text's smallest hashes (A. Z. Broder, "On the resemblance
 * and containment of documents", 1997).
 */
import { createHash } from 'node:crypto';

const SHINGLE_WORDS = 5;
const SKETCH_SIZE = 64;
/** At a resemblance of 0.8, all of the 8 smallest hashes differ with a chance below 1e-5. */
const INDEXED_HASHES = 8;
/** A hash shared by more texts than this is boilerplate, such as a licence header, and finds nothing. */
const LONGEST_POSTING = 50;
const SMALLEST_SKETCH = 20;
const DUPLICATE_RESEMBLANCE = 0.8;
/** A shingle's hash rolls on from word to word (Karp and Rabin 1987); the second takes out the word that leaves it. */
const ROLLING_BASE = 0x9e3779b1;
const FORGETTING = Array.from({ length: SHINGLE_WORDS }).reduce<number>(
  (power) => Math.imul(power, ROLLING_BASE),
  1,
);

export class NearDuplicates {
  private readonly exact = new Set<string>();
  private readonly sketches: Uint32Array[] = [];
  private readonly postings = new Map<number, number[]>();

  /** Whether the text, or one with at least four fifths of the same shingles, was given before; remembers it. */
  seenBefore(text: string): boolean {
    const digest = createHash('sha256').update(text.replace(/\s+/g, '')).digest('base64');
    if (this.exact.has(digest)) {
      return true;
    }
    this.exact.add(digest);
    const sketch = sketchOf(text);
    if (sketch.length < SMALLEST_SKETCH) {
      return false;
    }
    for (const candidate of this.candidates(sketch)) {
      if (resemblance(sketch, this.sketches[candidate]) >= DUPLICATE_RESEMBLANCE) {
        return true;
      }
    }
    const index = this.sketches.push(sketch) - 1;
    for (const hash of sketch.subarray(0, INDEXED_HASHES)) {
      const posting = this.postings.get(hash);
      if (posting === undefined) {
        this.postings.set(hash, [index]);
      } else if (posting.length < LONGEST_POSTING) {
        posting.push(index);
      }
    }
    return false;
  }

  private candidates(sketch: Uint32Array): Set<number> {
    const found = new Set<number>();
    for (const hash of sketch.subarray(0, INDEXED_HASHES)) {
      for (const index of this.postings.get(hash) ?? []) {
        found.add(index);
      }
    }
    return found;
  }
}

/** Share of common shingles: how many of the smallest hashes of the union stand in both sketches. */
function resemblance(a: Uint32Array, b: Uint32Array): number {
  const size = Math.min(SKETCH_SIZE, Math.max(a.length, b.length));
  let shared = 0;
  let taken = 0;
  for (let i = 0, j = 0; taken < size && (i < a.length || j < b.length); taken++) {
    const left = a[i] ?? Infinity;
    const right = b[j] ?? Infinity;
    shared += left === right ? 1 : 0;
    i += left <= right ? 1 : 0;
    j += right <= left ? 1 : 0;
  }
  return shared / taken;
}

/** The smallest distinct shingle hashes, ascending, at most SKETCH_SIZE. */
function sketchOf(text: string): Uint32Array {
  const smallest = new SmallestHashes();
  const recent = new Int32Array(SHINGLE_WORDS);
  let words = 0;
  let rolling = 0;
  let word = 0;
  for (let i = 0; i <= text.length; i++) {
    const code = i < text.length ? text.charCodeAt(i) : 0;
    const lower = code >= 65 && code <= 90 ? code + 32 : code;
    if ((lower >= 97 && lower <= 122) || (lower >= 48 && lower <= 57) || (lower >= 0xaa && lower < 0x2000)) {
      word = Math.imul(word ^ lower, 0x01000193) || 1;
      continue;
    }
    // A word that ends here, and a character that is one: in scripts written without spaces every character is.
    const isWord = lower >= 0x2e80 && (lower < 0x3000 || lower > 0x303f);
    for (let k = word === 0 ? 1 : 0; k < (isWord ? 2 : 1); k++) {
      const hash = k === 0 ? word : lower;
      const place = words++ % SHINGLE_WORDS;
      rolling = (Math.imul(rolling, ROLLING_BASE) + hash - Math.imul(recent[place], FORGETTING)) | 0;
      recent[place] = hash;
      if (words >= SHINGLE_WORDS) {
        smallest.add(mix(rolling));
      }
    }
    word = 0;
  }
  return smallest.take();
}

class SmallestHashes {
  private readonly hashes = new Uint32Array(8 * SKETCH_SIZE);
  private size = 0;
  /** No hash from here on is among the smallest. */
  private limit = 2 ** 32;

  add(hash: number): void {
    if (hash < this.limit) {
      this.hashes[this.size++] = hash;
      if (this.size === this.hashes.length) {
        this.keepSmallest();
      }
    }
  }

  /** Ascending, each once. */
  take(): Uint32Array {
    this.keepSmallest();
    return this.hashes.slice(0, this.size);
  }

  private keepSmallest(): void {
    const { hashes } = this;
    const sorted = hashes.subarray(0, this.size).sort();
    let kept = 0;
    for (let i = 0; i < sorted.length && kept < SKETCH_SIZE; i++) {
      if (i === 0 || sorted[i] !== hashes[kept - 1]) {
        hashes[kept++] = sorted[i];
      }
    }
    this.size = kept;
    this.limit = kept === SKETCH_SIZE ? hashes[kept - 1] : this.limit;
  }
}

/** The finishing steps of MurmurHash3 (A. Appleby, public domain): spreads all bits. */
function mix(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
