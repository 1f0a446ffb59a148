import { isEqual } from '../commonPrefix';
import type { WorkspaceText } from '../mixtureModel';
import type { ContextCounts } from './contextCounts';
import { DocumentIndex } from './documentIndex';
import { partAround } from './partAround';
import { SegmentedText, type LearnedFile } from './segmentedText';
import { MAX_CONTEXT, type TextIndex } from './textIndex';
import { TokenCounts } from './tokenCounts';

/** Weights of one occurrence, which in most files is 1. */
export const SCOPE_WEIGHTS = {
  /** In the document being written. */
  document: 4,
  /** In recently edited files. */
  recent: 1.5,
  /** Added in the files of the document's own folder. */
  sameFolder: 3,
};

/** Tokens at the document's beginning, and at the end of what is known below the cursor, that tell whether it has moved in its file. */
const COMPARED = 64;
/**
 * What is known below the cursor ends elsewhere whenever the cursor moves in a long document. Fewer tokens than these that are counted
 * twice or not at all, far from the cursor, cost less than the indexes that are built where they change.
 */
const MOST_AMISS = 1 << 12;

/** The file of the open document, of which the tokens `from` to `to` (excluded) are set aside. */
interface OpenFile {
  readonly file: LearnedFile;
  readonly from: number;
  readonly to: number;
  /** Of those tokens; null until the next look-up builds it. */
  index: TextIndex | null;
  /** The first tokens of the document when these were found; null before that. */
  beginning: Uint16Array | null;
  /** The last tokens of the text below the cursor then; none where that was not known. */
  end: Uint16Array;
}

/** Limits the index of the document's folder, in tokens, because building it delays the first look-up after a document is opened. */
const LARGEST_FOLDER = 1 << 17;

/** All files and the open document; occurrences count more the closer their file is to what is being written. */
export class WorkspaceIndex implements WorkspaceText {
  readonly document: DocumentIndex;
  /** Weighted counts of all files but the open one; the document is not included. */
  private readonly fileCounts: TokenCounts;
  private readonly text: SegmentedText;
  private openUri: string | null = null;
  private openFile: OpenFile | null = null;
  /** The other files of the open document's folder, and what is not set aside of its own; null when the next look-up has to build it. */
  private folderIndex: TextIndex | null = null;
  private changes = 0;

  constructor(
    private readonly vocabSize: number,
    endOfTextId: number,
  ) {
    this.document = new DocumentIndex(vocabSize, endOfTextId);
    this.fileCounts = new TokenCounts(vocabSize);
    this.text = new SegmentedText(vocabSize, endOfTextId);
  }

  /** Changes whenever any count does. */
  get version(): number {
    return this.changes + this.document.version;
  }

  /** Suffix arrays that every look-up searches. */
  get segmentCount(): number {
    return this.text.segmentCount;
  }

  get tokenCount(): number {
    return this.text.tokenCount;
  }

  learnFile(uri: string, tokens: Int32Array, recent: boolean): void {
    this.changes++;
    // Saving the open file changes the folder's index only where a part of that file is in it.
    if (this.openUri !== null && uri !== this.openUri && folderOf(uri) === folderOf(this.openUri)) {
      this.folderIndex = null;
    }
    this.forget(uri);
    if (tokens.length > 0) {
      this.fileCounts.add(tokens, this.weightOf({ recent }));
      this.text.add(uri, Uint16Array.from(tokens), recent);
    }
    if (uri === this.openUri) {
      this.setOpenAside();
    }
  }

  renew(): boolean {
    return this.text.renew();
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

  narrowOpenFile(): boolean {
    const { openFile, document } = this;
    if (openFile === null) {
      return false;
    }
    const beginning = document.written.slice(0, COMPARED);
    const end = document.textBelow.slice(-COMPARED);
    const hasMoved = openFile.beginning === null || !isEqual(beginning, openFile.beginning);
    if (!hasMoved && (end.length === 0 || isEqual(end, openFile.end))) {
      return false;
    }
    const mayBeAmiss = openFile.end.length > 0 && end.length > 0 ? MOST_AMISS : 0;
    openFile.beginning = beginning;
    openFile.end = end;
    const [from, to] = partAround(openFile.file.tokens, document.written, document.textBelow);
    if (from === openFile.from && Math.abs(to - openFile.to) <= mayBeAmiss) {
      return false;
    }
    this.changes++;
    this.putBackOpen();
    this.setAside({ ...openFile, from, to, index: null });
    this.folderIndex = null;
    return true;
  }

  /** p(token) regardless of context, never zero: one occurrence is added to the count of every token. */
  unigramProbability(tokenId: number): number {
    const { document, fileCounts } = this;
    const count = fileCounts.counts[tokenId] + SCOPE_WEIGHTS.document * document.tokenCounts.counts[tokenId];
    return (count + 1) / this.unigramTotal;
  }

  /** Adds `weight` times that distribution to `probs`. */
  addUnigrams(probs: Float32Array | Float64Array, weight: number): void {
    const scale = weight / this.unigramTotal;
    const files = this.fileCounts.counts;
    const document = this.document.tokenCounts.counts;
    for (let tokenId = 0; tokenId < probs.length; tokenId++) {
      probs[tokenId] += scale * (files[tokenId] + SCOPE_WEIGHTS.document * document[tokenId] + 1);
    }
  }

  private get unigramTotal(): number {
    return this.fileCounts.total + SCOPE_WEIGHTS.document * this.document.tokenCounts.total + this.vocabSize;
  }

  /** Adds what followed the last `length` tokens of `history`, 1 to {@link MAX_CONTEXT}. */
  addContinuations(counts: ContextCounts, history: Uint16Array, length: number): void {
    this.text.addContinuations(counts, history, length, (of) => this.weightOf(of));
    if (this.openFile !== null) {
      const { file, from, to } = this.openFile;
      this.openFile.index ??= this.text.indexOfPart(file, from, to);
      this.openFile.index.continuations(history, length, counts.adder(-this.weightOf(file)));
    }
    this.folderIndex ??= this.indexFolder();
    this.folderIndex.continuations(history, length, counts.adder(SCOPE_WEIGHTS.sameFolder));
    this.document.continuations(history, length, counts.adder(SCOPE_WEIGHTS.document));
  }

  /** Length of the longest context, of at least `from` tokens, that occurs in any scope; 0 when that of `from` tokens does not. */
  longestContext(history: Uint16Array, from: number): number {
    const longest = Math.min(history.length, MAX_CONTEXT);
    const found = (length: number): boolean =>
      this.document.has(history, length) || this.text.has(history, length);
    let length = 0;
    for (let next = from; next <= longest && found(next); next++) {
      length = next;
    }
    return length;
  }

  private indexFolder(): TextIndex {
    const folder = this.openUri === null ? null : folderOf(this.openUri);
    const chosen = [];
    let size = 0;
    // A file that is saved is learned last; where not all have room, it must not be the one that has none.
    const files = [...this.text.files.values()].sort((a, b) => Number(b.recent) - Number(a.recent));
    for (const file of files) {
      if (folderOf(file.uri) !== folder) {
        continue;
      }
      for (const part of file.uri === this.openUri ? this.openRest() : [file]) {
        if (size + part.tokens.length <= LARGEST_FOLDER) {
          chosen.push(part);
          size += part.tokens.length;
        }
      }
    }
    return this.text.indexOf(chosen);
  }

  private weightOf({ recent }: { readonly recent: boolean }): number {
    return recent ? SCOPE_WEIGHTS.recent : 1;
  }

  private forget(uri: string): void {
    if (this.openFile?.file.uri === uri) {
      this.putBackOpen();
    }
    const file = this.text.forget(uri);
    if (file !== undefined) {
      this.fileCounts.add(file.tokens, -this.weightOf(file));
    }
  }

  /** Sets all of the open file aside, and counts the file that was open before again. */
  private setOpenAside(): void {
    this.putBackOpen();
    const file = this.openUri === null ? undefined : this.text.files.get(this.openUri);
    if (file !== undefined) {
      const all = { from: 0, to: file.tokens.length };
      this.setAside({ file, ...all, index: null, beginning: null, end: new Uint16Array() });
    }
  }

  private setAside(openFile: OpenFile): void {
    const { file, from, to } = openFile;
    this.fileCounts.add(file.tokens.subarray(from, to), -this.weightOf(file));
    this.openFile = openFile;
  }

  private putBackOpen(): void {
    if (this.openFile === null) {
      return;
    }
    const { file, from, to } = this.openFile;
    this.fileCounts.add(file.tokens.subarray(from, to), this.weightOf(file));
    if (this.openRest().length > 0) {
      this.folderIndex = null;
    }
    this.openFile = null;
  }

  /** What stands before and after the part of the open file that is set aside. */
  private openRest(): { readonly tokens: Uint16Array }[] {
    if (this.openFile === null) {
      return [];
    }
    const { file, from, to } = this.openFile;
    return [file.tokens.subarray(0, from), file.tokens.subarray(to)]
      .filter(({ length }) => length > 0)
      .map((tokens) => ({ tokens }));
  }
}

function folderOf(uri: string): string {
  return uri.slice(0, uri.lastIndexOf('/') + 1);
}
