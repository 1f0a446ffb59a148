/**
 * Rules for a workspace folder may lie above it, up to the root of its repository, and VS Code tells by itself only of what changes
 * inside of the workspace.
 */
import { basename, dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import * as vscode from 'vscode';
import { gitRuleFilesAbove } from '../trainer/corpus/ignoreRules';

export class RulesAbove implements vscode.Disposable {
  private watched: readonly string[] = [];
  private watchers: readonly vscode.Disposable[] = [];

  constructor(private readonly onDidChange: () => void) {}

  /** Watches those above these folders from now on, which may have come into a repository or out of one. */
  async watch(roots: readonly string[]): Promise<void> {
    const files = (await Promise.all(roots.map(gitRuleFilesAbove))).flat();
    const paths = [...new Set(files.map(({ path }) => path))];
    // A watcher that is made anew misses what happens meanwhile.
    if (!isDeepStrictEqual(paths, this.watched)) {
      this.dispose();
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
    for (const watcher of this.watchers) {
      watcher.dispose();
    }
    this.watchers = [];
    this.watched = [];
  }
}
