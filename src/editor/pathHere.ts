import * as vscode from 'vscode';

/**
 * The path of what the user chose in a dialog. In a remote window, VS Code's dialogs also offer the disk of the machine in front of the
 * user, whose paths mean other files here, or none.
 * @throws Error with a sentence for the user when it is not on this machine
 */
export function pathHere(uri: vscode.Uri): string {
  if (uri.scheme !== 'file') {
    throw new Error(
      vscode.l10n.t(
        '{0} is not on the machine that Understudy runs on; copy it to that machine, and choose it there.',
        uri.path,
      ),
    );
  }
  return uri.fsPath;
}
