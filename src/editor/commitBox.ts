import * as vscode from 'vscode';

/** The document of a commit message box by its name; undefined where that names another one. Such a box is no editor to extensions. */
export function commitBox(uri: string | undefined): vscode.TextDocument | undefined {
  return vscode.workspace.textDocuments.find(
    (document) => document.uri.scheme === 'vscode-scm' && document.uri.toString() === uri,
  );
}
