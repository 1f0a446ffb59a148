/**
 * Keeps the live workspace model at what the workspace's files say: reads them once in the background, then follows
 * saves and deletions. Which files are read is decided in the trainer's process, so that the extension host only
 * reads and passes on, a little at a time.
 */
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { GeneratorClient } from '../completion/generatorClient';
import type { LearnFilesRequest } from '../protocol/generatorProtocol';
import type { PlannedFile, TrainingPlan } from '../protocol/trainerProtocol';
import { decodeText } from '../trainer/corpus/decodeText';
import { readHead } from '../trainer/corpus/readHead';
import { asError } from './asError';
import { reasonNotToLearn } from './learnableFile';
import { trainableFolders } from './trainableFolders';

/** Text kept live; the personal network may learn more. */
export const LIVE_BYTES = 16 * 1024 * 1024;
const MAX_FILE_BYTES = 2 * 1024 * 1024;
/** Sent to the generator at a time, so that a key pressed meanwhile is answered soon. */
const BATCH_CHARACTERS = 128 * 1024;

type LearnedFile = LearnFilesRequest['files'][number];

export class WorkspaceReader implements vscode.Disposable {
  private readonly known = new Set<string>();
  private reading: AbortController | null = null;
  private readonly disposable: vscode.Disposable;

  constructor(
    private readonly generator: Pick<GeneratorClient, 'learnFiles'>,
    private readonly planLive: (folders: readonly string[], signal: AbortSignal) => Promise<TrainingPlan>,
    private readonly excludeGlobs: () => readonly string[],
    private readonly log: vscode.LogOutputChannel,
  ) {
    const watcher = vscode.workspace.createFileSystemWatcher('**/*', true, true, false);
    const restart = (): void => {
      void this.start();
    };
    this.disposable = vscode.Disposable.from(
      watcher,
      watcher.onDidDelete((uri) => {
        void this.settle(this.forgetBelow(uri));
      }),
      vscode.workspace.onDidSaveTextDocument((document) => {
        void this.settle(this.relearn(document));
      }),
      vscode.workspace.onDidChangeWorkspaceFolders(({ removed }) => {
        void this.settle(
          Promise.all(removed.map(({ uri }) => this.forgetBelow(uri))).then(() => this.start()),
        );
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(restart),
    );
  }

  /** Reads all files; a reading under way is given up for the new one. Never rejects. */
  async start(): Promise<void> {
    this.reading?.abort();
    const reading = new AbortController();
    this.reading = reading;
    const folders = trainableFolders();
    if (!vscode.workspace.isTrusted || folders.length === 0) {
      return;
    }
    await this.settle(this.readAll(folders, reading.signal));
  }

  dispose(): void {
    this.reading?.abort();
    this.disposable.dispose();
  }

  private async readAll(folders: readonly vscode.WorkspaceFolder[], signal: AbortSignal): Promise<void> {
    const started = performance.now();
    const plan = await this.planLive(
      folders.map(({ uri }) => uri.fsPath),
      signal,
    );
    const roots = await realRoots(folders);
    let batch: LearnedFile[] = [];
    let characters = 0;
    let tokens = 0;
    const flush = async (): Promise<void> => {
      if (batch.length > 0) {
        tokens += (await this.generator.learnFiles(batch)).tokens;
        batch = [];
        characters = 0;
      }
    };
    for (const planned of plan.files) {
      if (signal.aborted) {
        return;
      }
      const file = await readPlanned(planned, roots);
      // A text that was saved while this was reading has been learned as it is now.
      if (file === null || this.known.has(file.uri)) {
        continue;
      }
      this.known.add(file.uri);
      batch.push(file);
      characters += file.text.length;
      if (characters >= BATCH_CHARACTERS) {
        await flush();
      }
    }
    await flush();
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    this.log.info(
      `Live model of the workspace: ${this.known.size} files, ${tokens} tokens, in ${seconds} s.`,
    );
  }

  private async relearn(document: vscode.TextDocument): Promise<void> {
    const folder = vscode.workspace.getWorkspaceFolder(document.uri);
    if (!vscode.workspace.isTrusted || folder?.uri.scheme !== 'file') {
      return;
    }
    const text = document.getText().slice(0, MAX_FILE_BYTES).replaceAll('\r\n', '\n');
    const path = vscode.workspace.asRelativePath(document.uri, false);
    const reason = await reasonNotToLearn(folder.uri.fsPath, path, text, this.excludeGlobs());
    const uri = document.uri.toString();
    if (reason === null) {
      this.known.add(uri);
      await this.generator.learnFiles([{ uri, text, recent: true }]);
    } else if (this.known.delete(uri)) {
      await this.generator.learnFiles([{ uri, text: '', recent: false }]);
    }
  }

  private async forgetBelow(uri: vscode.Uri): Promise<void> {
    const gone = uri.toString();
    const files = [...this.known].filter((known) => known === gone || known.startsWith(`${gone}/`));
    for (const file of files) {
      this.known.delete(file);
    }
    if (files.length > 0) {
      await this.generator.learnFiles(files.map((file) => ({ uri: file, text: '', recent: false })));
    }
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

/** The scan names files by real paths; documents are named by the paths that were opened. */
async function realRoots(folders: readonly vscode.WorkspaceFolder[]): Promise<Map<string, vscode.Uri>> {
  const roots = new Map<string, vscode.Uri>();
  for (const { uri } of folders) {
    roots.set(await realpath(uri.fsPath), uri);
  }
  return roots;
}

async function readPlanned(
  { root, path }: PlannedFile,
  roots: ReadonlyMap<string, vscode.Uri>,
): Promise<LearnedFile | null> {
  const head = await readHead(join(root, path), MAX_FILE_BYTES);
  const decoded = head.kind === 'head' ? decodeText(head.bytes) : null;
  if (decoded?.kind !== 'text' || decoded.text === '') {
    return null;
  }
  const folder = roots.get(root) ?? vscode.Uri.file(root);
  const uri = vscode.Uri.joinPath(folder, path).toString();
  const recent = vscode.workspace.textDocuments.some((document) => document.uri.toString() === uri);
  return { uri, text: decoded.text, recent };
}
