import type { ContextCounts } from './contextCounts';
import { TextIndex } from './textIndex';

/** Segments are merged up to this many tokens, which bounds the pause that one merge makes. */
const LARGEST_SEGMENT = 1 << 19;
/** Files wait unindexed until together they have this many tokens, or until the next look-up. */
const PENDING_TOKENS = 1 << 15;
/** A segment is worn when more of it than this is stale, or when that has more indexes than this. */
const WORN_SHARE = 1 / 4;
const WORN_INDEXES = 2;

export interface LearnedFile {
  readonly uri: string;
  /** Once indexed, a view into the segment's tokens, so that no text is kept twice. */
  tokens: Uint16Array;
  readonly recent: boolean;
  /** Null before it is indexed, and once it is stale. */
  segment: Segment | null;
}

/** A file's tokens, or a part of them. */
type Text = Pick<LearnedFile, 'tokens'>;

interface Segment {
  readonly files: readonly LearnedFile[];
  readonly tokenCount: number;
  readonly recent: boolean;
  readonly index: TextIndex;
}

/** Replaced and forgotten files of a segment. */
interface Stale {
  readonly segment: Segment;
  readonly files: readonly LearnedFile[];
  readonly tokenCount: number;
  readonly index: TextIndex;
}

/**
 * The text of files as a few immutable suffix arrays of growing sizes, merged like a log-structured tree (O'Neil et al. 1996).
 * A file that was replaced or forgotten stays in its segment until that is merged; meanwhile another index subtracts its counts, so
 * all counts are always exact. The largest segments are merged no more: of them these indexes are merged, and a segment that is mostly
 * stale is replaced by what is left of it; one that is so in part, when nobody waits.
 */
export class SegmentedText {
  private readonly filesByUri = new Map<string, LearnedFile>();
  private segments: Segment[] = [];
  private readonly pending = new Set<LearnedFile>();
  private pendingTokens = 0;
  /** Their counts are subtracted from those of the segments. */
  private stale: Stale[] = [];
  /** Stale files that are not yet indexed as such. */
  private readonly forgotten = new Map<Segment, LearnedFile[]>();
  private tokens = 0;

  constructor(
    private readonly vocabSize: number,
    private readonly endOfTextId: number,
  ) {}

  get files(): ReadonlyMap<string, LearnedFile> {
    return this.filesByUri;
  }

  get tokenCount(): number {
    return this.tokens;
  }

  /** Suffix arrays that every look-up searches. */
  get segmentCount(): number {
    return this.segments.length + this.stale.length;
  }

  /**
   * @param uri must not be held; {@link forget} a changed file first
   * @param tokens kept, not copied, until they are indexed
   */
  add(uri: string, tokens: Uint16Array, recent: boolean): void {
    const file = { uri, tokens, recent, segment: null };
    this.filesByUri.set(uri, file);
    this.tokens += tokens.length;
    this.pending.add(file);
    this.pendingTokens += tokens.length;
    if (this.pendingTokens >= PENDING_TOKENS) {
      this.indexPending();
    }
  }

  /** @returns what was forgotten; undefined when there is no such file */
  forget(uri: string): LearnedFile | undefined {
    const file = this.filesByUri.get(uri);
    if (file === undefined) {
      return undefined;
    }
    this.filesByUri.delete(uri);
    this.tokens -= file.tokens.length;
    const { segment } = file;
    if (segment === null) {
      this.pending.delete(file);
      this.pendingTokens -= file.tokens.length;
    } else {
      file.segment = null;
      const others = this.forgotten.get(segment) ?? [];
      others.push(file);
      this.forgotten.set(segment, others);
    }
    return file;
  }

  /**
   * Adds what followed the last `length` tokens of `history`, 1 to `MAX_CONTEXT`.
   * @param weightOf weight of one occurrence in a recent file, and in any other
   */
  addContinuations(
    counts: ContextCounts,
    history: Uint16Array,
    length: number,
    weightOf: (of: { readonly recent: boolean }) => number,
  ): void {
    this.indexPending();
    for (const segment of this.segments) {
      segment.index.continuations(history, length, counts.adder(weightOf(segment)));
    }
    for (const { segment, index } of this.stale) {
      index.continuations(history, length, counts.adder(-weightOf(segment)));
    }
  }

  /** Whether the last `length` of `history` occur with a token after them, possibly in a forgotten file. */
  has(history: Uint16Array, length: number): boolean {
    this.indexPending();
    return this.segments.some(({ index }) => index.has(history, length));
  }

  /**
   * Replaces a worn segment, and others that fit into one with it, by what is left of them, as each index slows every look-up. No count
   * changes by it. It may take as long as the largest merge, so it is for times when nobody waits.
   * @returns whether there was one
   */
  renew(): boolean {
    const isWorn = (segment: Segment): boolean =>
      this.staleTokens(segment) > WORN_SHARE * segment.tokenCount ||
      this.stale.filter((entry) => entry.segment === segment).length > WORN_INDEXES;
    const worn = this.segments.filter(isWorn);
    if (worn.length === 0) {
      return false;
    }
    const { recent } = worn[0];
    const left: LearnedFile[] = [];
    let size = 0;
    for (const segment of worn.filter((other) => other.recent === recent)) {
      const added = segment.tokenCount - this.staleTokens(segment);
      if (size === 0 || size + added <= LARGEST_SEGMENT) {
        left.push(...this.takeOut(segment));
        size += added;
      }
    }
    if (left.length > 0) {
      this.addSegment(left, recent);
    }
    return true;
  }

  private staleTokens(segment: Segment): number {
    return this.stale.reduce((sum, entry) => sum + (entry.segment === segment ? entry.tokenCount : 0), 0);
  }

  /** An index of texts alone, whether they are held here or not. */
  indexOf(texts: readonly Text[]): TextIndex {
    const joined = new Uint16Array(sizeOf(texts)).fill(this.endOfTextId);
    let offset = 1;
    for (const { tokens } of texts) {
      joined.set(tokens, offset);
      offset += tokens.length + 1;
    }
    return new TextIndex(joined, this.vocabSize);
  }

  /** An index of the tokens `from` to `to` (excluded) of a file that is held here, without what stands beside them. */
  indexOfPart({ tokens }: Text, from: number, to: number): TextIndex {
    const whole = new Uint16Array(tokens.length + 2).fill(this.endOfTextId);
    whole.set(tokens, 1);
    const end = to === tokens.length ? whole.length : to + 1;
    return new TextIndex(whole.slice(from === 0 ? 0 : from + 1, end), this.vocabSize);
  }

  private indexPending(): void {
    for (const recent of [false, true]) {
      const files = [...this.pending].filter((file) => file.recent === recent);
      if (files.length > 0) {
        this.addSegment(files, recent);
      }
    }
    this.pending.clear();
    this.pendingTokens = 0;
    for (const [segment, files] of this.forgotten) {
      if (2 * (this.staleTokens(segment) + sizeOf(files)) < segment.tokenCount) {
        this.addStale(segment, files);
        continue;
      }
      const left = this.takeOut(segment);
      if (left.length > 0) {
        this.addSegment(left, segment.recent);
      }
    }
    this.forgotten.clear();
  }

  /** Adds an index of these stale files of a segment, together with those of earlier ones that are not much larger. */
  private addStale(segment: Segment, files: readonly LearnedFile[]): void {
    const merged = [...files];
    let size = sizeOf(merged);
    for (const entry of this.stale.filter((other) => other.segment === segment).reverse()) {
      if (entry.tokenCount > 2 * size) {
        break;
      }
      merged.unshift(...entry.files);
      this.stale = this.stale.filter((other) => other !== entry);
      size = sizeOf(merged);
    }
    this.stale.push({ segment, files: merged, tokenCount: size, index: this.indexOf(merged) });
  }

  /** Adds a segment of these files, together with the files of earlier segments that are not much larger. */
  private addSegment(files: readonly LearnedFile[], recent: boolean): void {
    const merged = [...files];
    let size = sizeOf(merged);
    for (const segment of this.segments.filter((other) => other.recent === recent).reverse()) {
      if (segment.tokenCount > 2 * size || segment.tokenCount + size > LARGEST_SEGMENT) {
        break;
      }
      merged.unshift(...this.takeOut(segment));
      size = sizeOf(merged);
    }
    const index = this.indexOf(merged);
    const added = { files: merged, tokenCount: size, recent, index };
    // The smallest last, as those are merged first.
    this.segments = [...this.segments, added].sort((a, b) => b.tokenCount - a.tokenCount);
    let offset = 1;
    for (const file of merged) {
      file.segment = added;
      file.tokens = index.tokens.subarray(offset, offset + file.tokens.length);
      offset += file.tokens.length + 1;
    }
  }

  /** Removes a segment. @returns its files that are not stale */
  private takeOut(segment: Segment): LearnedFile[] {
    this.segments = this.segments.filter((other) => other !== segment);
    this.stale = this.stale.filter((entry) => entry.segment !== segment);
    this.forgotten.delete(segment);
    return segment.files.filter((file) => file.segment === segment);
  }
}

/** Tokens of an index of these texts. */
function sizeOf(texts: readonly Text[]): number {
  return texts.reduce((sum, { tokens }) => sum + tokens.length + 1, 1);
}
