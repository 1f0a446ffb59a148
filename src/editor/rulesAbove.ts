/**
 * Watches ignore rules that lie above a workspace folder, up to the root of its repository; by itself, VS Code reports only changes
 * inside the workspace.
 */
import { basename, dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import * as vscode from 'vscode';
import { ruleFilesAbove } from '../trainer/corpus/ignoreRules';

export class RulesAbove implements vscode.Disposable {
  private watched: readonly string[] = [];
  private watchers: readonly vscode.Disposable[] = [];
  /** Of the last call; null before the first, and at the end. */
  private roots: readonly string[] | null = null;

  constructor(private readonly onDidChange: () => void) {}

  /** Watches the rules above these folders; to be called again, as a folder may have come into a repository or left one. */
  async watch(roots: readonly string[]): Promise<void> {
    this.roots = roots;
    const files = (await Promise.all(roots.map(ruleFilesAbove))).flat();
    const paths = [...new Set(files.map(({ path }) => path))];
    // A later call may have been answered first. Watchers of the same files are kept, as a new one misses changes until it is ready.
    if (this.roots === roots && !isDeepStrictEqual(paths, this.watched)) {
      this.stop();
      this.watched = paths;
      this.watchers = paths.flatMap((path) => {
        const folder = vscode.Uri.file(dirname(path));
        const watcher = vscode.workspace.createFileSystemWatcher(
          new vscode.RelativePattern(folder, basename(path)),
        );
        return [
          watcher,
          watcher.onDidCreate(this.onDidChange),
          watcher.onDidChange(this.onDidChange),
          watcher.onDidDelete(this.onDidChange),
        ];
      });
    }
  }

  dispose(): void {
    this.roots = null;
    this.stop();
  }

  private stop(): void {
    for (const watcher of this.watchers) {
      watcher.dispose();
    }
    this.watchers = [];
    this.watched = [];
  }
}
