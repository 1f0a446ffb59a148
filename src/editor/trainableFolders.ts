import * as vscode from 'vscode';

/** The workspace's folders that lie on this machine; those of a virtual file system cannot be read by a process. */
export function trainableFolders(): vscode.WorkspaceFolder[] {
  return (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
}
