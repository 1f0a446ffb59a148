/** Learns files that any program has created, moved or changed, one by one. */
import { join } from 'node:path';
import { readFileText } from '../trainer/corpus/fileText';
import { MAX_FILE_BYTES } from '../trainer/corpus/scanFolders';
import { leftOutByText } from '../trainer/corpus/textRules';
import { ChangeRounds, type RoundsOptions } from './changeRounds';
import { LearnableFiles, type FilePlace } from './learnableFile';
import type { LiveFiles } from './liveFiles';

interface ChangedFile extends FilePlace {
  /** Whether a folder stands for everything in it: one that was created or moved does, one that has changed does not. */
  readonly withContents: boolean;
}

export interface ChangedFilesOptions extends RoundsOptions {
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
}

export class ChangedFiles extends ChangeRounds<ChangedFile> {
  /** Whether it has been said that there is no room, which a program that keeps writing files must not repeat all day. */
  private saidFull = false;

  constructor(
    private readonly files: Pick<LiveFiles, 'learn' | 'forget' | 'hasRoomFor' | 'isKnownAs'>,
    private readonly options: ChangedFilesOptions,
  ) {
    super(options);
  }

  add(changed: ChangedFile): void {
    this.note(`${changed.withContents} ${join(changed.root, changed.path)}`, changed);
  }

  /** @param readsAll whether to read all files that are not known yet */
  protected async handle(changed: readonly ChangedFile[], readsAll: boolean): Promise<void> {
    if (readsAll) {
      await this.readAll();
    }
    await this.learn(changed);
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
  private async read({ root, path }: FilePlace): Promise<string | null> {
    const oldEncoding = this.options.oldEncodingIn(root);
    const read = await readFileText(join(root, path), MAX_FILE_BYTES, oldEncoding);
    return read.kind === 'text' && leftOutByText(path, read.text) === null ? read.text : null;
  }
}
