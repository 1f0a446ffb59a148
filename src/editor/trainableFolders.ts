import * as vscode from 'vscode';

/** The workspace's folders on this machine; the trainer's process cannot read those of a virtual file system. */
export function trainableFolders(): vscode.WorkspaceFolder[] {
  return (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
}
