/** Offers to remove what is installed, and nothing else. */
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { isAnythingInstalled } from '../trainer/native/removeInstalled';

/** Tells the window whether anything is installed in a folder of its own; called whenever that may have changed. */
export function offerRemoval(folder: string): void {
  const key = `understudy.installed.${basename(folder)}`;
  void vscode.commands.executeCommand('setContext', key, isAnythingInstalled(folder));
}
