/** The files of the workspace and their documents, as VS Code knows them. */
import * as vscode from 'vscode';
import type { PlannedFile } from '../protocol/trainerEvents';
import type { FilePlace } from './learnableFile';
import { pathBelow } from './pathBelow';

/** The name of a file's document. */
export function uriOf({ root, path }: PlannedFile, roots: ReadonlyMap<string, vscode.Uri>): string {
  return vscode.Uri.joinPath(roots.get(root) ?? vscode.Uri.file(root), path).toString();
}

/** What the user edits as a whole; the cells of a notebook are documents, too, but none of these. */
export type EditedText = vscode.TextDocument | vscode.NotebookDocument;

export function editedTexts(): readonly EditedText[] {
  const { textDocuments, notebookDocuments } = vscode.workspace;
  return [...textDocuments, ...notebookDocuments];
}

/** Whether a document or notebook of this name is open. */
export function isOpen(uri: string): boolean {
  return editedTexts().some((edited) => edited.uri.toString() === uri);
}

/** VS Code reports an untitled text as saved after its first change. */
export function isUnsaved({ isDirty, isUntitled }: EditedText): boolean {
  return isDirty || isUntitled;
}

/** The place of a file; null when it lies in no workspace folder on this machine. */
export function placeOf(uri: vscode.Uri): FilePlace | null {
  const folder = vscode.workspace.getWorkspaceFolder(uri);
  return folder?.uri.scheme === 'file' ? { root: folder.uri.fsPath, path: pathBelow(folder.uri, uri) } : null;
}
