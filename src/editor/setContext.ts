import * as vscode from 'vscode';

/** Sets a context key, by which package.json says when VS Code offers a command or leaves us a key. */
export function setContext(key: string, value: string | boolean): Thenable<unknown> {
  return vscode.commands.executeCommand('setContext', key, value);
}
