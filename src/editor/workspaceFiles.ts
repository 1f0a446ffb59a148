/** The files of the workspace and their documents, as VS Code knows them. */
import * as vscode from 'vscode';
import type { PlannedFile } from '../protocol/trainerProtocol';
import type { FilePlace } from './learnableFile';
import { pathBelow } from './pathBelow';

/** The name of a file's document. */
export function uriOf({ root, path }: PlannedFile, roots: ReadonlyMap<string, vscode.Uri>): string {
  return vscode.Uri.joinPath(roots.get(root) ?? vscode.Uri.file(root), path).toString();
}

/** Whether a document or notebook of this name is open. */
export function isOpen(uri: string): boolean {
  const { textDocuments, notebookDocuments } = vscode.workspace;
  return [...textDocuments, ...notebookDocuments].some((document) => document.uri.toString() === uri);
}

/** Whether a document of this name has text that is not saved. */
export function isUnsaved(uri: string): boolean {
  return vscode.workspace.textDocuments.some(
    (document) => document.isDirty && document.uri.toString() === uri,
  );
}

/** The place of a file; null when it lies in no workspace folder on this machine. */
export function placeOf(uri: vscode.Uri): FilePlace | null {
  const folder = vscode.workspace.getWorkspaceFolder(uri);
  return folder?.uri.scheme === 'file' ? { root: folder.uri.fsPath, path: pathBelow(folder.uri, uri) } : null;
}
