/**
 * Keeps the live workspace model up to date with the workspace's files: reads them once in the background, then follows saves,
 * deletions, files that any program creates, moves or changes, and unsaved text once the user turns to another file. The
 * trainer's process decides which files the first reading covers, so that the extension host only reads files and passes them
 * on, a few at a time.
 */
import * as vscode from 'vscode';
import type { GeneratorClient } from '../completion/generatorClient';
import { asError } from '../protocol/asError';
import type { TrainingPlan } from '../protocol/trainerEvents';
import { isRuleFile } from '../trainer/corpus/ignoreRules';
import { ChangedFiles } from './changedFiles';
import { ChangedRules } from './changedRules';
import type { Configuration } from './configuration';
import { EditedTexts } from './editedTexts';
import { readPlannedText } from './learnableFile';
import { LiveFiles } from './liveFiles';
import { realRoots } from './realRoots';
import { trainableFolders } from './trainableFolders';
import { isOpen, placeOf, uriOf } from './workspaceFiles';

/** Limit of the text in the live model; the personal network may learn from more. */
const LIVE_BYTES = 16 * 1024 * 1024;
/** Milliseconds within which changes by other programs are gathered. */
const GATHER_FOR = 500;
/** Rest after each round, as a multiple of its duration: a tenth of the time goes to a program that keeps writing files. */
const REST_FOR = 9;
const LONGEST_REST = 5 * 60_000;
/** When more files than this are created or changed together, all folders are read once instead. */
const MAX_CHANGED_FILES = 500;

export class WorkspaceReader implements vscode.Disposable {
  private readonly files: LiveFiles;
  private readonly changed: ChangedFiles;
  private readonly rules: ChangedRules;
  private readonly edited: EditedTexts;
  /** Deleted files and folders, while VS Code still reports others. */
  private readonly deleted = new Set<string>();
  private readonly disposable: vscode.Disposable;

  constructor(
    generator: Pick<GeneratorClient, 'learnFiles' | 'forgetSuggestions'>,
    private readonly planLive: (
      folders: readonly string[],
      maxTotalBytes: number,
      signal: AbortSignal,
    ) => Promise<TrainingPlan>,
    private readonly configuration: Pick<Configuration, 'training' | 'excludeGlobs' | 'oldEncodingIn'>,
    private readonly log: vscode.LogOutputChannel,
  ) {
    const excludeGlobs = (): readonly string[] => configuration.excludeGlobs();
    this.files = new LiveFiles(generator, (line) => {
      log.info(line);
    });
    const onError = (error: unknown): void => {
      log.warn(asError(error).message);
    };
    this.changed = new ChangedFiles(this.files, {
      maxCharacters: () => this.liveBytes(),
      gatherFor: GATHER_FOR,
      restFor: REST_FOR,
      longestRest: LONGEST_REST,
      maxFiles: MAX_CHANGED_FILES,
      excludeGlobs,
      oldEncodingIn: (root) => configuration.oldEncodingIn(root),
      uriOf: ({ root, path }) => {
        const folder = trainableFolders().find(({ uri }) => uri.fsPath === root);
        return folder === undefined ? null : vscode.Uri.joinPath(folder.uri, path).toString();
      },
      isOpen,
      isNewerInEditor: (uri) => this.edited.isNewer(uri),
      readAll: async () => {
        // Files learned in the meantime followed the earlier rules.
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
    this.edited = new EditedTexts(
      this.files,
      excludeGlobs,
      (uri) => {
        this.note(uri, false);
      },
      (work) => this.settle(work),
    );
    const watcher = vscode.workspace.createFileSystemWatcher('**/*');
    const restart = (): void => {
      void this.start();
    };
    this.disposable = vscode.Disposable.from(
      watcher,
      this.changed,
      this.rules,
      this.edited,
      watcher.onDidCreate((uri) => {
        this.note(uri, true);
      }),
      watcher.onDidChange((uri) => {
        if (this.edited.isNewer(uri.toString())) {
          this.noteRules(uri);
        } else {
          this.note(uri, false);
        }
      }),
      watcher.onDidDelete((uri) => {
        this.noteGone(uri);
      }),
      // Where the system's limit of watched files is reached, or the settings leave files unwatched, only what VS Code does is reported.
      vscode.workspace.onDidCreateFiles(({ files }) => {
        for (const uri of files) {
          this.note(uri, true);
        }
      }),
      vscode.workspace.onDidRenameFiles(({ files }) => {
        for (const { oldUri, newUri } of files) {
          this.noteGone(oldUri);
          this.note(newUri, true);
        }
      }),
      vscode.workspace.onDidDeleteFiles(({ files }) => {
        for (const uri of files) {
          this.noteGone(uri);
        }
      }),
      vscode.workspace.onDidSaveNotebookDocument(({ uri }) => {
        this.note(uri, false);
      }),
      vscode.workspace.onDidSaveTextDocument(({ uri }) => {
        this.noteRules(uri);
      }),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('files.exclude') || event.affectsConfiguration('search.exclude')) {
          this.rules.note();
        }
        if (event.affectsConfiguration('understudy.training.maxTotalMegabytes')) {
          this.changed.addAll();
        }
        if (event.affectsConfiguration('files.encoding')) {
          this.readAfresh(trainableFolders());
        }
      }),
      vscode.workspace.onDidChangeWorkspaceFolders(({ removed }) => {
        this.readAfresh(removed);
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(restart),
    );
  }

  /** Reads all files that are not known yet; a reading under way is given up for the new one. Never rejects. */
  async start(): Promise<void> {
    this.files.stop();
    // It is newer than the files, which are then passed over or learned before it.
    this.edited.learnUnsaved();
    const folders = trainableFolders();
    if (!vscode.workspace.isTrusted || folders.length === 0) {
      return;
    }
    let roots: ReadonlyMap<string, vscode.Uri> = new Map();
    const oldEncodings = new Map<string, string>();
    await this.settle(
      this.files.readAll({
        plan: async (signal) => {
          roots = await realRoots(folders, (sentence) => {
            this.log.warn(sentence);
          });
          // By the names that they are opened by, as VS Code knows the settings of no others.
          for (const [root, { fsPath }] of roots) {
            oldEncodings.set(root, this.configuration.oldEncodingIn(fsPath));
          }
          const opened = Array.from(roots.values(), ({ fsPath }) => fsPath);
          return (await this.planLive(opened, this.liveBytes(), signal)).files;
        },
        uriOf: (planned) => uriOf(planned, roots),
        isOpen,
        read: (planned) => readPlannedText(planned, oldEncodings.get(planned.root) ?? ''),
      }),
    );
  }

  /** Reads all files again, for a generator that has lost them. Never rejects. */
  async startAfresh(): Promise<void> {
    this.files.lost();
    await this.start();
  }

  dispose(): void {
    this.files.stop();
    this.disposable.dispose();
  }

  /** Forgets what lies in some folders, and reads what is not known then. */
  private readAfresh(folders: readonly vscode.WorkspaceFolder[]): void {
    // A reading that went on until the files are forgotten would learn more of a removed folder, for good.
    this.files.stop();
    void this.settle(
      this.files.forgetBelow(folders.map(({ uri }) => uri.toString())).then(() => this.start()),
    );
  }

  private liveBytes(): number {
    return Math.min(LIVE_BYTES, this.configuration.training().values.maxTotalBytes);
  }

  /** @param withContents whether a folder stands for everything in it */
  private note(uri: vscode.Uri, withContents: boolean): void {
    const place = placeOf(uri);
    this.noteRules(uri, place);
    if (vscode.workspace.isTrusted && place !== null) {
      this.changed.add({ ...place, withContents });
    }
  }

  private noteGone(uri: vscode.Uri): void {
    this.noteRules(uri);
    this.forgetSoon(uri);
  }

  /** Another branch may delete thousands of files, which VS Code reports one by one in the same turn. */
  private forgetSoon(uri: vscode.Uri): void {
    if (this.deleted.size === 0) {
      queueMicrotask(() => {
        // What is unsaved stands on in the editor.
        const forgotten = this.files.forgetBelow(this.deleted, (uri) => this.edited.isNewer(uri));
        this.deleted.clear();
        void this.settle(forgotten);
      });
    }
    this.deleted.add(uri.toString());
  }

  private noteRules(uri: vscode.Uri, place = placeOf(uri)): void {
    // Rules may also lie above the folders, up to the root of the repository.
    if (isRuleFile(place?.path ?? uri.path)) {
      this.rules.note();
    }
  }

  /** Nothing depends on the live model, so its failures are only logged. */
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
