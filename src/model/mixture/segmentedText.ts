import type { ContextCounts } from './contextCounts';
import { TextIndex } from './textIndex';

/** Segments are merged up to this many tokens, which bounds the pause that one merge makes. */
const LARGEST_SEGMENT = 1 << 19;
/** Files wait unindexed until together they have this many tokens, or until the next look-up. */
const PENDING_TOKENS = 1 << 15;

export interface LearnedFile {
  /** Once indexed, a view into the segment's tokens, so that no text is kept twice. */
  tokens: Uint16Array;
  readonly recent: boolean;
}

interface Segment {
  readonly uris: readonly string[];
  readonly tokenCount: number;
  readonly recent: boolean;
  readonly index: TextIndex;
}

/**
 * The text of files as a few immutable suffix arrays of growing sizes, merged like a log-structured tree (O'Neil et al. 1996).
 * A file that was replaced or forgotten stays in its segment until that is merged; meanwhile an index of its own subtracts its
 * counts, so all counts are always exact.
 */
export class SegmentedText {
  private readonly filesByUri = new Map<string, LearnedFile>();
  private segments: Segment[] = [];
  private pending = new Map<string, LearnedFile>();
  private pendingTokens = 0;
  /** Replaced and forgotten files, whose counts are subtracted from those of the segments. */
  private stale: { readonly uri: string; readonly segment: Segment; readonly index: TextIndex }[] = [];
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
    return this.segments.length;
  }

  /** @param uri must not be held; {@link forget} a changed file first */
  add(uri: string, file: LearnedFile): void {
    this.filesByUri.set(uri, file);
    this.tokens += file.tokens.length;
    this.pending.set(uri, file);
    this.pendingTokens += file.tokens.length;
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
    if (this.pending.delete(uri)) {
      this.pendingTokens -= file.tokens.length;
      return file;
    }
    const segment = this.segments.find(
      (candidate) =>
        candidate.uris.includes(uri) &&
        !this.stale.some((entry) => entry.uri === uri && entry.segment === candidate),
    );
    if (segment !== undefined) {
      this.stale.push({ uri, segment, index: this.indexOf([file]) });
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

  /** An index of files alone, whether they are held here or not. */
  indexOf(files: readonly LearnedFile[]): TextIndex {
    const length = files.reduce((sum, { tokens }) => sum + tokens.length + 1, 1);
    const joined = new Uint16Array(length).fill(this.endOfTextId);
    let offset = 1;
    for (const { tokens } of files) {
      joined.set(tokens, offset);
      offset += tokens.length + 1;
    }
    return new TextIndex(joined, this.vocabSize);
  }

  private indexPending(): void {
    if (this.pending.size === 0) {
      return;
    }
    for (const recent of [false, true]) {
      const uris = [...this.pending].filter(([, file]) => file.recent === recent).map(([uri]) => uri);
      if (uris.length > 0) {
        this.addSegment(uris, recent);
      }
    }
    this.pending = new Map();
    this.pendingTokens = 0;
  }

  /** Adds a segment of these files, together with the files of earlier segments that are not much larger. */
  private addSegment(uris: readonly string[], recent: boolean): void {
    const merged = [...uris];
    let size = this.sizeOf(merged);
    for (const segment of this.segments.filter((other) => other.recent === recent).reverse()) {
      if (segment.tokenCount > 2 * size || segment.tokenCount + size > LARGEST_SEGMENT) {
        break;
      }
      const gone = new Set(this.stale.filter((entry) => entry.segment === segment).map(({ uri }) => uri));
      merged.unshift(...segment.uris.filter((uri) => !gone.has(uri)));
      this.stale = this.stale.filter((entry) => entry.segment !== segment);
      this.segments = this.segments.filter((other) => other !== segment);
      size = this.sizeOf(merged);
    }
    const files = this.filesOf(merged);
    const index = this.indexOf(files);
    this.segments.push({ uris: merged, tokenCount: size, recent, index });
    let offset = 1;
    for (const file of files) {
      file.tokens = index.tokens.subarray(offset, offset + file.tokens.length);
      offset += file.tokens.length + 1;
    }
  }

  private filesOf(uris: readonly string[]): LearnedFile[] {
    return uris.map((uri) => this.filesByUri.get(uri)!);
  }

  private sizeOf(uris: readonly string[]): number {
    return this.filesOf(uris).reduce((sum, { tokens }) => sum + tokens.length + 1, 1);
  }
}
