/**
 * Learns files that any program has created, moved or changed, one by one. Changes are gathered for a moment and handled together: one
 * round at a time, with a rest after each.
 */
import { join } from 'node:path';
import { readFileText } from '../trainer/corpus/fileText';
import { MAX_FILE_BYTES } from '../trainer/corpus/scanFolders';
import { leftOutByText } from '../trainer/corpus/textRules';
import { LearnableFiles, type FilePlace } from './learnableFile';
import type { LiveFiles } from './liveFiles';

interface ChangedFile extends FilePlace {
  /** Whether a folder stands for everything in it: one that was created or moved does, one that has changed does not. */
  readonly withContents: boolean;
}

export interface ChangedFilesOptions {
  /** Milliseconds within which changes are gathered. */
  readonly gatherFor: number;
  /** Rest after each round, as a multiple of its duration: a build or a growing log must not keep reader and generator busy. */
  readonly restFor: number;
  /** Limit of a rest, in milliseconds: a round may last a night, as the clock of most systems goes on while the computer sleeps. */
  readonly longestRest: number;
  /** Limit of all live text, in UTF-16 code units: a program that keeps writing files must not fill the memory. */
  maxCharacters(): number;
  /** More files than this are not learned one by one: {@link readAll} also weighs duplicates and total size. */
  readonly maxFiles: number;
  excludeGlobs(): readonly string[];
  /** The encoding of a workspace folder's files that are not in Unicode; '' where it is to be guessed. */
  oldEncodingIn(root: string): string;
  /** The URI by which VS Code names the file's document; null once its folder has left the workspace. */
  uriOf(file: FilePlace): string | null;
  isOpen(uri: string): boolean;
  /** Whether the text in the editor is newer than the file; the caller learns it. */
  isNewerInEditor(uri: string): boolean;
  /** Reads all files of the workspace that are not known yet. */
  readAll(): Promise<void>;
  onError(error: unknown): void;
}

export class ChangedFiles {
  /** A later change of the same place takes that of an earlier one. */
  private readonly waiting = new Map<string, ChangedFile>();
  /** Whether the next round reads all files that are not known yet. */
  private readsAll = false;
  private timer: NodeJS.Timeout | null = null;
  private isWorking = false;
  /** No round begins before this time, in milliseconds of `performance.now()`. */
  private restsUntil = 0;
  /** Whether it has been said that there is no room, which a program that keeps writing files must not repeat all day. */
  private saidFull = false;

  constructor(
    private readonly files: Pick<LiveFiles, 'learn' | 'forget' | 'hasRoomFor' | 'isKnownAs'>,
    private readonly options: ChangedFilesOptions,
  ) {}

  add(changed: ChangedFile): void {
    this.waiting.set(`${changed.withContents} ${join(changed.root, changed.path)}`, changed);
    this.schedule();
  }

  addAll(): void {
    this.readsAll = true;
    this.schedule();
  }

  dispose(): void {
    this.waiting.clear();
    this.readsAll = false;
    clearTimeout(this.timer ?? undefined);
  }

  private schedule(): void {
    if (!this.isWorking && (this.waiting.size > 0 || this.readsAll)) {
      const wait = Math.max(this.options.gatherFor, this.restsUntil - performance.now());
      this.timer ??= setTimeout(() => {
        void this.work();
      }, wait);
    }
  }

  private async work(): Promise<void> {
    const changed = [...this.waiting.values()];
    const { readsAll } = this;
    this.waiting.clear();
    this.readsAll = false;
    this.timer = null;
    this.isWorking = true;
    const started = performance.now();
    try {
      if (readsAll) {
        await this.readAll();
      }
      await this.learn(changed);
    } catch (error) {
      this.options.onError(error);
    }
    this.isWorking = false;
    const ended = performance.now();
    const { restFor, longestRest } = this.options;
    this.restsUntil = ended + Math.min(longestRest, restFor * (ended - started));
    this.schedule();
  }

  private async learn(changed: readonly ChangedFile[]): Promise<void> {
    const found = await this.filesOf(changed.filter((file) => this.options.uriOf(file) !== null));
    if (found === null) {
      // `readAll` passes over files that are known.
      await this.files.forget(changed.flatMap((file) => this.options.uriOf(file) ?? []));
      await this.readAll();
      return;
    }
    const gone = changed.filter(({ root, path }) => !found.has(join(root, path)));
    // Such as one that was deleted and stood on in the editor, whose text is dropped there now.
    await this.files.forget(
      gone
        .flatMap((file) => this.options.uriOf(file) ?? [])
        .filter((uri) => !this.options.isNewerInEditor(uri)),
    );
    let isFull = false;
    for (const file of found.values()) {
      const text = await this.read(file);
      const uri = this.options.uriOf(file);
      if (uri === null || this.options.isNewerInEditor(uri)) {
        continue;
      }
      const learned = text === null ? null : { uri, text, recent: this.options.isOpen(uri) };
      if (learned !== null && this.files.isKnownAs(learned)) {
        // A file saved in VS Code was learned at the save, whether there was room or not.
        continue;
      }
      const hasRoom = learned === null || this.files.hasRoomFor(learned, this.options.maxCharacters());
      isFull ||= !hasRoom;
      await (learned === null || !hasRoom ? this.files.forget([uri]) : this.files.learn(learned));
    }
    if (isFull && !this.saidFull) {
      this.saidFull = true;
      throw new Error(
        'The live model of the workspace is full, so not all files that other programs create or change now are learned; exclude what is not your own text in .understudyignore.',
      );
    }
  }

  private async readAll(): Promise<void> {
    this.saidFull = false;
    await this.options.readAll();
  }

  /** The files to learn, by absolute path; null when there are too many. */
  private async filesOf(changed: readonly ChangedFile[]): Promise<ReadonlyMap<string, FilePlace> | null> {
    const learnable = new LearnableFiles(this.options.excludeGlobs());
    const found = new Map<string, FilePlace>();
    for (const { root, path, withContents } of changed) {
      for await (const file of learnable.below({ root, path }, withContents)) {
        found.set(join(root, file.path), file);
        if (found.size > this.options.maxFiles) {
          return null;
        }
      }
    }
    return found;
  }

  /** Null when there is no text to learn. */
  private async read({ root, path, isNamed }: FilePlace): Promise<string | null> {
    const oldEncoding = this.options.oldEncodingIn(root);
    const read = await readFileText(join(root, path), MAX_FILE_BYTES, oldEncoding);
    return read.kind === 'text' && leftOutByText(path, read.text, isNamed) === null ? read.text : null;
  }
}
