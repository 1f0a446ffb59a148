import type { WorkspaceText } from '../mixtureModel';
import type { ContextCounts } from './contextCounts';
import { DocumentIndex } from './documentIndex';
import { MAX_CONTEXT, TextIndex } from './textIndex';
import { TokenCounts } from './tokenCounts';

export interface ScopeWeights {
  /** What one occurrence in the document being written counts, against 1 in any other file. */
  readonly document: number;
  /** The same for recently edited files. */
  readonly recent: number;
  /** What one in a file of the document's own folder counts more than elsewhere. */
  readonly sameFolder: number;
}

/** Of the document's folder, this many tokens at most have a second index, which takes a moment when a document is opened. */
const LARGEST_FOLDER = 1 << 17;

/** Segments are merged up to this many tokens, which bounds the pause that one merge makes. */
const LARGEST_SEGMENT = 1 << 19;
/** Files wait unindexed until they are this many tokens together, or until somebody asks. */
const PENDING_TOKENS = 1 << 15;

interface Segment {
  readonly uris: readonly string[];
  readonly tokenCount: number;
  readonly recent: boolean;
  readonly index: TextIndex;
}

interface LearnedFile {
  /** Once indexed, a part of the segment's tokens, so that no text is kept twice. */
  tokens: Uint16Array;
  readonly recent: boolean;
}

/**
 * The text of all files as a few immutable suffix arrays of growing sizes, merged like a log-structured tree (O'Neil et al. 1996).
 * A file that was replaced, forgotten or opened stays in its segment until that is merged; meanwhile its counts are taken
 * back by an index of its own, so all counts are exact at every moment.
 */
export class WorkspaceIndex implements WorkspaceText {
  readonly document: DocumentIndex;
  /** Of all files, the open one set aside and the document not included. */
  private readonly fileCounts: TokenCounts;
  private readonly files = new Map<string, LearnedFile>();
  private segments: Segment[] = [];
  private pending = new Map<string, LearnedFile>();
  private pendingTokens = 0;
  /** What the segments hold too much: replaced and forgotten files, with the weight they were counted with. */
  private stale: { readonly uri: string; readonly segment: Segment; readonly index: TextIndex }[] = [];
  private openUri: string | null = null;
  private openFile: {
    readonly uri: string;
    readonly file: LearnedFile;
    readonly index: TextIndex;
    readonly weight: number;
  } | null = null;
  /** The other files of the open document's folder; null until asked for after any of them changed. */
  private folderIndex: TextIndex | null = null;
  private tokens = 0;
  private changes = 0;

  constructor(
    private readonly vocabSize: number,
    private readonly endOfTextId: number,
    private readonly weights: ScopeWeights,
  ) {
    this.document = new DocumentIndex(vocabSize, endOfTextId);
    this.fileCounts = new TokenCounts(vocabSize);
  }

  /** Changes whenever any count does. */
  get version(): number {
    return this.changes + this.document.version;
  }

  /** Suffix arrays that every look-up searches. */
  get segmentCount(): number {
    return this.segments.length;
  }

  get fileCount(): number {
    return this.files.size;
  }

  get tokenCount(): number {
    return this.tokens;
  }

  learnFile(uri: string, tokens: Int32Array, recent: boolean): void {
    this.changes++;
    // The open file is not among its neighbours, so that saving it leaves their index as it is.
    if (this.openUri !== null && uri !== this.openUri && folderOf(uri) === folderOf(this.openUri)) {
      this.folderIndex = null;
    }
    this.forget(uri);
    if (tokens.length > 0) {
      const file = { tokens: Uint16Array.from(tokens), recent };
      this.files.set(uri, file);
      this.tokens += tokens.length;
      this.fileCounts.add(tokens, this.weightOf(file));
      this.pending.set(uri, file);
      this.pendingTokens += tokens.length;
      if (this.pendingTokens >= PENDING_TOKENS) {
        this.indexPending();
      }
    }
    if (uri === this.openUri) {
      this.setOpenAside();
    }
  }

  openDocument(uri: string | null): void {
    this.document.clear();
    if (uri !== this.openUri) {
      this.changes++;
      this.openUri = uri;
      this.folderIndex = null;
      this.setOpenAside();
    }
  }

  /** p(token) whatever came before, never zero: one imagined occurrence of every token is added. */
  unigramProbability(tokenId: number): number {
    const { document, fileCounts, weights } = this;
    const count = fileCounts.counts[tokenId] + weights.document * document.tokenCounts.counts[tokenId];
    return (count + 1) / this.unigramTotal;
  }

  /** Adds `weight` times that distribution to `probs`. */
  addUnigrams(probs: Float32Array | Float64Array, weight: number): void {
    const scale = weight / this.unigramTotal;
    const files = this.fileCounts.counts;
    const document = this.document.tokenCounts.counts;
    for (let tokenId = 0; tokenId < probs.length; tokenId++) {
      probs[tokenId] += scale * (files[tokenId] + this.weights.document * document[tokenId] + 1);
    }
  }

  private get unigramTotal(): number {
    return this.fileCounts.total + this.weights.document * this.document.tokenCounts.total + this.vocabSize;
  }

  /** Adds what followed the last `length` tokens of `history`, 1 to {@link MAX_CONTEXT}. */
  addContinuations(counts: ContextCounts, history: Uint16Array, length: number): void {
    this.indexPending();
    for (const segment of this.segments) {
      segment.index.continuations(history, length, counts.adder(this.weightOf(segment)));
    }
    for (const { segment, index } of this.stale) {
      index.continuations(history, length, counts.adder(-this.weightOf(segment)));
    }
    if (this.openFile !== null) {
      const { index, weight } = this.openFile;
      index.continuations(history, length, counts.adder(-weight));
    }
    if (this.weights.sameFolder > 0) {
      this.folderIndex ??= this.indexFolder();
      this.folderIndex.continuations(history, length, counts.adder(this.weights.sameFolder));
    }
    this.document.continuations(history, length, counts.adder(this.weights.document));
  }

  /** The longest context, from `from` tokens on, that occurs in any scope; 0 when the context of `from` tokens does not. */
  longestContext(history: Uint16Array, from: number): number {
    this.indexPending();
    const longest = Math.min(history.length, MAX_CONTEXT);
    const found = (length: number): boolean =>
      this.document.has(history, length) || this.segments.some(({ index }) => index.has(history, length));
    let length = 0;
    for (let next = from; next <= longest && found(next); next++) {
      length = next;
    }
    return length;
  }

  private indexFolder(): TextIndex {
    const folder = this.openUri === null ? null : folderOf(this.openUri);
    const chosen: LearnedFile[] = [];
    let size = 0;
    for (const [uri, file] of this.files) {
      if (uri !== this.openUri && folderOf(uri) === folder && size + file.tokens.length <= LARGEST_FOLDER) {
        chosen.push(file);
        size += file.tokens.length;
      }
    }
    return this.indexOf(chosen);
  }

  private weightOf({ recent }: { readonly recent: boolean }): number {
    return recent ? this.weights.recent : 1;
  }

  private forget(uri: string): void {
    const file = this.files.get(uri);
    if (file === undefined) {
      return;
    }
    this.files.delete(uri);
    this.tokens -= file.tokens.length;
    // The counts of the open file were taken back when it was opened.
    if (this.openFile?.file !== file) {
      this.fileCounts.add(file.tokens, -this.weightOf(file));
    }
    if (this.pending.delete(uri)) {
      this.pendingTokens -= file.tokens.length;
      return;
    }
    const segment = this.segments.find(
      (candidate) =>
        candidate.uris.includes(uri) &&
        !this.stale.some((entry) => entry.uri === uri && entry.segment === candidate),
    );
    if (segment !== undefined) {
      this.stale.push({ uri, segment, index: this.indexOf([file]) });
    }
  }

  /** Takes the open file's text out of the counts, and puts back that of the file that was open before. */
  private setOpenAside(): void {
    if (this.openFile !== null && this.files.get(this.openFile.uri) === this.openFile.file) {
      this.fileCounts.add(this.openFile.file.tokens, this.openFile.weight);
    }
    const uri = this.openUri;
    const file = uri === null ? undefined : this.files.get(uri);
    if (uri === null || file === undefined) {
      this.openFile = null;
      return;
    }
    const weight = this.weightOf(file);
    this.fileCounts.add(file.tokens, -weight);
    this.openFile = { uri, file, index: this.indexOf([file]), weight };
  }

  private indexOf(files: readonly LearnedFile[]): TextIndex {
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
    return uris.map((uri) => this.files.get(uri)!);
  }

  private sizeOf(uris: readonly string[]): number {
    return this.filesOf(uris).reduce((sum, { tokens }) => sum + tokens.length + 1, 1);
  }
}

function folderOf(uri: string): string {
  return uri.slice(0, uri.lastIndexOf('/') + 1);
}
