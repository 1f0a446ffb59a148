/**
 * Keeps the live workspace model at what the workspace's files say: reads them once in the background, then follows
 * saves, deletions and what is created, moved or changed by whichever program. Which files are read is decided in the trainer's
 * process, so that the extension host only reads and passes on, a little at a time.
 */
import { join, relative, sep } from 'node:path';
import * as vscode from 'vscode';
import type { GeneratorClient } from '../completion/generatorClient';
import type { PlannedFile, TrainingPlan } from '../protocol/trainerProtocol';
import { isRuleFile } from '../trainer/corpus/ignoreRules';
import { readText } from '../trainer/corpus/readText';
import { DEFAULT_MAX_FILE_BYTES } from '../trainer/corpus/scanFolders';
import { asError } from './asError';
import { ChangedFiles } from './changedFiles';
import { ChangedRules, type FilePlace } from './changedRules';
import { reasonNotToLearn } from './learnableFile';
import { LiveFiles, type LearnedFile } from './liveFiles';
import { realRoots } from './realRoots';
import { RulesAbove } from './rulesAbove';
import { trainableFolders } from './trainableFolders';

/** Text kept live; the personal network may learn more. */
export const LIVE_BYTES = 16 * 1024 * 1024;
/** What other programs do within so many milliseconds is looked at together. */
const GATHER_FOR = 500;
/** Of a program that goes on writing files, a tenth of the time is spent on following it. */
const REST_FOR = 9;
/** Created or changed together, more than so many files are found by reading all folders once. */
const MAX_CHANGED_FILES = 500;

export class WorkspaceReader implements vscode.Disposable {
  private readonly files: LiveFiles;
  private readonly changed: ChangedFiles;
  private readonly rules: ChangedRules;
  private readonly above: RulesAbove;
  private readonly disposable: vscode.Disposable;

  constructor(
    generator: Pick<GeneratorClient, 'learnFiles'>,
    private readonly planLive: (folders: readonly string[], signal: AbortSignal) => Promise<TrainingPlan>,
    private readonly excludeGlobs: () => readonly string[],
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.files = new LiveFiles(generator, (line) => {
      log.info(line);
    });
    const onError = (error: unknown): void => {
      log.warn(asError(error).message);
    };
    this.changed = new ChangedFiles(this.files, {
      maxFileBytes: DEFAULT_MAX_FILE_BYTES,
      maxCharacters: LIVE_BYTES,
      gatherFor: GATHER_FOR,
      restFor: REST_FOR,
      maxFiles: MAX_CHANGED_FILES,
      excludeGlobs,
      uriOf: ({ root, path }) => vscode.Uri.joinPath(folderAt(root), path).toString(),
      isOpen,
      readAll: async () => {
        // What was learned meanwhile went by the rules as they were.
        await this.rules.forgetIgnored();
        await this.start();
      },
      onError,
    });
    this.rules = new ChangedRules(this.files, {
      gatherFor: GATHER_FOR,
      excludeGlobs,
      placeOf: (uri) => placeOf(vscode.Uri.parse(uri)),
      readAgain: () => {
        this.changed.addAll();
      },
      onError,
    });
    this.above = new RulesAbove(() => {
      this.rules.addAll();
    });
    const watcher = vscode.workspace.createFileSystemWatcher('**/*');
    const restart = (): void => {
      void this.start();
    };
    this.disposable = vscode.Disposable.from(
      watcher,
      this.changed,
      this.rules,
      this.above,
      watcher.onDidCreate((uri) => {
        this.note(uri, true);
      }),
      watcher.onDidChange((uri) => {
        // What stands in the editor is newer than the file, and is learned as it is saved.
        if (isUnsaved(uri.toString())) {
          this.noteRules(uri);
        } else {
          this.note(uri, false);
        }
      }),
      // A system that watches no more files tells of none; what VS Code itself moves is told in any case.
      vscode.workspace.onDidRenameFiles(({ files }) => {
        for (const { oldUri, newUri } of files) {
          void this.settle(this.files.forgetBelow(oldUri.toString()));
          this.noteRules(oldUri);
          this.note(newUri, true);
        }
      }),
      watcher.onDidDelete((uri) => {
        this.noteRules(uri);
        void this.settle(this.files.forgetBelow(uri.toString()));
      }),
      vscode.workspace.onDidSaveTextDocument((document) => {
        this.noteRules(document.uri);
        void this.settle(this.relearn(document));
      }),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('files.exclude') || event.affectsConfiguration('search.exclude')) {
          this.rules.addAll();
        }
      }),
      vscode.workspace.onDidChangeWorkspaceFolders(({ removed }) => {
        void this.settle(
          Promise.all(removed.map(({ uri }) => this.files.forgetBelow(uri.toString()))).then(() =>
            this.start(),
          ),
        );
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(restart),
    );
  }

  /** Reads all files; a reading under way is given up for the new one. Never rejects. */
  async start(): Promise<void> {
    this.files.stop();
    const folders = trainableFolders();
    if (!vscode.workspace.isTrusted || folders.length === 0) {
      return;
    }
    void this.settle(this.above.watch(folders.map(({ uri }) => uri.fsPath)));
    const roots = realRoots(folders, (sentence) => {
      this.log.warn(sentence);
    });
    await this.settle(
      this.files.readAll({
        plan: async (signal) => (await this.planLive([...(await roots).keys()], signal)).files,
        read: async (planned) => readPlanned(planned, await roots),
      }),
    );
  }

  /** Reads all files again, for a generator that knows none any more. Never rejects. */
  async startAfresh(): Promise<void> {
    this.files.lost();
    await this.start();
  }

  dispose(): void {
    this.files.stop();
    this.disposable.dispose();
  }

  /** @param withContents where it is a folder, of all that it holds */
  private note(uri: vscode.Uri, withContents: boolean): void {
    const place = placeOf(uri);
    this.noteRules(uri, place);
    if (vscode.workspace.isTrusted && place !== null) {
      this.changed.add({ ...place, withContents });
    }
  }

  private noteRules(uri: vscode.Uri, place = placeOf(uri)): void {
    if (place !== null) {
      this.rules.add(place);
    } else if (uri.scheme === 'file' && isRuleFile(uri.path)) {
      // Rules may lie above the folders, up to the root of the repository.
      this.rules.addAll();
    }
  }

  private async relearn(document: vscode.TextDocument): Promise<void> {
    const folder = vscode.workspace.getWorkspaceFolder(document.uri);
    if (!vscode.workspace.isTrusted || folder?.uri.scheme !== 'file') {
      return;
    }
    const text = document.getText().slice(0, DEFAULT_MAX_FILE_BYTES).replaceAll('\r\n', '\n');
    const path = vscode.workspace.asRelativePath(document.uri, false);
    const reason = await reasonNotToLearn(folder.uri.fsPath, path, text, this.excludeGlobs());
    const uri = document.uri.toString();
    await (reason === null ? this.files.learn({ uri, text, recent: true }) : this.files.forgetBelow(uri));
  }

  /** The live model helps, but nothing depends on it: its failures are logged. */
  private async settle(work: Promise<unknown>): Promise<void> {
    try {
      await work;
    } catch (error) {
      // A reading that was given up for a newer one has not failed.
      if (asError(error).name !== 'AbortError') {
        this.log.warn(asError(error).message);
      }
    }
  }
}

async function readPlanned(
  { root, path }: PlannedFile,
  roots: ReadonlyMap<string, vscode.Uri>,
): Promise<LearnedFile | null> {
  const text = await readText(join(root, path), DEFAULT_MAX_FILE_BYTES);
  if (text === null || text === '') {
    return null;
  }
  const folder = roots.get(root) ?? vscode.Uri.file(root);
  const uri = vscode.Uri.joinPath(folder, path).toString();
  return { uri, text, recent: isOpen(uri) };
}

function isOpen(uri: string): boolean {
  return vscode.workspace.textDocuments.some((document) => document.uri.toString() === uri);
}

function isUnsaved(uri: string): boolean {
  return vscode.workspace.textDocuments.some(
    (document) => document.isDirty && document.uri.toString() === uri,
  );
}

/** Null where it lies in no folder of the workspace. */
function placeOf(uri: vscode.Uri): FilePlace | null {
  const folder = vscode.workspace.getWorkspaceFolder(uri);
  if (folder?.uri.scheme !== 'file') {
    return null;
  }
  const root = folder.uri.fsPath;
  return { root, path: relative(root, uri.fsPath).replaceAll(sep, '/') };
}

/** The workspace folder at an absolute path. */
function folderAt(root: string): vscode.Uri {
  const folder = trainableFolders().find(({ uri }) => uri.fsPath === root);
  return folder?.uri ?? vscode.Uri.file(root);
}
