/** Lets VS Code offer the removal of an installation only when there is one. */
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { isAnythingInstalled } from '../trainer/native/removeInstalled';

/** Sets the context key that says whether anything is installed in a folder; call it whenever that may have changed. */
export function offerRemoval(folder: string): void {
  const key = `understudy.installed.${basename(folder)}`;
  void vscode.commands.executeCommand('setContext', key, isAnythingInstalled(folder));
}
