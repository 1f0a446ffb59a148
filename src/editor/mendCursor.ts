/**
 * The cursor after a suggestion was accepted. VS Code counts a character of two code units, such as an emoji, as one, and so leaves the
 * cursor inside the accepted text.
 */
import * as vscode from 'vscode';
import { hasPair } from './firstWord';
import type { Suggestion } from './suggestionTally';
import { placeAfter } from './placeAfter';

/** Puts the cursor behind the accepted text where VS Code misplaced it; returns whether it did. */
export function mendCursor(editor: vscode.TextEditor | undefined, accepted: Suggestion | null): boolean {
  if (
    accepted === null ||
    editor?.document.uri.toString() !== accepted.uri ||
    !hasPair(accepted.text) ||
    editor.selections.length > 1
  ) {
    return false;
  }
  const { document, selection } = editor;
  const start = new vscode.Position(accepted.line, accepted.character);
  const after = placeAfter(accepted, accepted.text);
  const end = new vscode.Position(after.line, after.character);
  const isThere = document.getText(new vscode.Range(start, end)).replaceAll('\r\n', '\n') === accepted.text;
  if (!isThere || !selection.isEmpty || !selection.active.isAfter(start) || !selection.active.isBefore(end)) {
    return false;
  }
  editor.selection = new vscode.Selection(end, end);
  return true;
}
