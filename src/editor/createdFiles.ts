/** Files that were created, moved or renamed, by whichever program: gathered for a moment, then learned one by one. */
import { join } from 'node:path';
import { decodeText } from '../trainer/corpus/decodeText';
import { readHead } from '../trainer/corpus/readHead';
import { leftOutByText } from '../trainer/corpus/textRules';
import { LearnableFiles } from './learnableFile';
import type { LearnedFile, LiveFiles } from './liveFiles';

export interface CreatedFile {
  /** Absolute path of the workspace folder. */
  readonly root: string;
  /** Of a file, or of a folder with all that it holds; relative to the root, with `/`. */
  readonly path: string;
}

export interface CreatedFilesOptions {
  readonly maxFileBytes: number;
  /** Of all live text, in UTF-16 code units: a program that goes on writing files must not fill the memory. */
  readonly maxCharacters: number;
  /** What is created within this time, in milliseconds, is looked at together. */
  readonly gatherFor: number;
  /** More files than this are not learned one by one: {@link readAll} also weighs duplicates and total size. */
  readonly maxFiles: number;
  excludeGlobs(): readonly string[];
  /** As documents are named. */
  uriOf(file: CreatedFile): string;
  isOpen(uri: string): boolean;
  /** Reads the workspace again, as far as it is not known. */
  readAll(): Promise<void>;
  onError(error: unknown): void;
}

export class CreatedFiles {
  private readonly waiting = new Map<string, CreatedFile>();
  private timer: NodeJS.Timeout | null = null;
  private isWorking = false;

  constructor(
    private readonly files: Pick<LiveFiles, 'learn' | 'forgetBelow' | 'hasRoomFor'>,
    private readonly options: CreatedFilesOptions,
  ) {}

  add(created: CreatedFile): void {
    this.waiting.set(join(created.root, created.path), created);
    this.schedule();
  }

  dispose(): void {
    this.waiting.clear();
    this.schedule();
  }

  /** One look at a time: a program that goes on creating files is followed at the pace of learning them. */
  private schedule(): void {
    if (this.waiting.size === 0) {
      clearTimeout(this.timer ?? undefined);
      this.timer = null;
    } else if (!this.isWorking) {
      this.timer ??= setTimeout(() => {
        void this.work();
      }, this.options.gatherFor);
    }
  }

  private async work(): Promise<void> {
    const created = [...this.waiting.values()];
    this.waiting.clear();
    this.timer = null;
    this.isWorking = true;
    try {
      await this.learn(created);
    } catch (error) {
      this.options.onError(error);
    } finally {
      this.isWorking = false;
      this.schedule();
    }
  }

  private async learn(created: readonly CreatedFile[]): Promise<void> {
    const found = await this.filesOf(created);
    if (found === null) {
      await this.options.readAll();
      return;
    }
    for (const file of found) {
      const learned = await this.read(file);
      if (learned === null) {
        await this.files.forgetBelow(this.options.uriOf(file));
      } else if (this.files.hasRoomFor(learned, this.options.maxCharacters)) {
        await this.files.learn(learned);
      } else {
        throw new Error(
          'The live model of the workspace is full, so files that are created now are not learned before they are saved; exclude what is not your own text in .understudyignore.',
        );
      }
    }
  }

  /** Null when they are too many. */
  private async filesOf(created: readonly CreatedFile[]): Promise<CreatedFile[] | null> {
    const learnable = new Map<string, LearnableFiles>();
    const found = new Map<string, CreatedFile>();
    for (const { root, path } of created) {
      const files = learnable.get(root) ?? new LearnableFiles(root, this.options.excludeGlobs());
      learnable.set(root, files);
      for await (const file of files.below(path)) {
        found.set(join(root, file), { root, path: file });
        if (found.size > this.options.maxFiles) {
          return null;
        }
      }
    }
    return [...found.values()];
  }

  /** Null when there is no text to learn. */
  private async read(file: CreatedFile): Promise<LearnedFile | null> {
    const head = await readHead(join(file.root, file.path), this.options.maxFileBytes);
    const decoded = head.kind === 'head' ? decodeText(head.bytes) : null;
    if (decoded?.kind !== 'text' || leftOutByText(file.path, decoded.text) !== null) {
      return null;
    }
    const uri = this.options.uriOf(file);
    return { uri, text: decoded.text, recent: this.options.isOpen(uri) };
  }
}
