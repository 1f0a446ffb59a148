import assert from 'node:assert/strict';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { hasChannel } from './channel.js';
import { theWindow } from './theWindow.js';
import { waitFor } from './waitFor.js';

const askAgainAfter = 1500;
const drafts = new Set<string>();

/** The first folder of the window. */
export function workspaceFolder(): string {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  assert.ok(folder, 'This window has no folder.');
  return folder.uri.fsPath;
}

/** Opens a new file of the workspace with this text and puts the cursor where █ stands. */
export async function openDraft(name: string, textWithCursor: string): Promise<vscode.TextEditor> {
  const uri = vscode.Uri.file(join(workspaceFolder(), name));
  const edit = new vscode.WorkspaceEdit();
  edit.createFile(uri, { overwrite: true });
  drafts.add(uri.toString());
  await vscode.workspace.applyEdit(edit);
  return placeText(await vscode.workspace.openTextDocument(uri), textWithCursor);
}

/** Opens an untitled document and puts the cursor where █ stands. */
export async function openUntitled(language: string, textWithCursor: string): Promise<vscode.TextEditor> {
  return placeText(await vscode.workspace.openTextDocument({ language }), textWithCursor);
}

async function placeText(document: vscode.TextDocument, textWithCursor: string): Promise<vscode.TextEditor> {
  const offset = textWithCursor.indexOf('█');
  assert.ok(offset >= 0, 'The text needs a █ for the cursor.');
  const editor = await vscode.window.showTextDocument(document);
  const all = new vscode.Range(0, 0, document.lineCount, 0);
  await editor.edit((edit) => {
    edit.replace(all, textWithCursor.replace('█', ''));
  });
  const cursor = document.positionAt(offset);
  editor.selection = new vscode.Selection(cursor, cursor);
  // Calls run in order, so the window shows the cursor there when this one returns.
  await vscode.commands.executeCommand('workbench.action.focusActiveEditorGroup');
  // Keys pressed before the window is idle are written, but VS Code requests no ghost text for them.
  if (hasChannel) {
    await theWindow.idle();
  }
  return editor;
}

/** The text with █ where the cursor stands. */
export function textWithCursor({ document, selection }: vscode.TextEditor): string {
  const text = document.getText();
  const offset = document.offsetAt(selection.active);
  return `${text.slice(0, offset)}█${text.slice(offset)}`;
}

/** Closes every editor without a question and deletes the drafts, so that the next test is not shown text from them. */
export async function closeAll(): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  const edit = new vscode.WorkspaceEdit();
  for (const draft of drafts) {
    edit.deleteFile(vscode.Uri.parse(draft), { ignoreIfNotExists: true });
  }
  drafts.clear();
  await vscode.workspace.applyEdit(edit);
}

/** The answer of *Why No Suggestion?*. */
export const why = (): Thenable<string> => vscode.commands.executeCommand('understudy.whyNoSuggestion');

/** Waits until an answer to a request for ghost text came since the active text was shown; returns that of *Why No Suggestion?*. */
export function untilAnswered(): Promise<string> {
  return waitFor('an answer', async () => {
    const given = await why();
    return !given.includes('since this text was shown') && given;
  });
}

/**
 * Waits until the extension host has read the keys up to `before` and the window has the context keys set for them; ghost text that
 * was typed along with stands on the page before.
 */
export async function untilRead(editor: vscode.TextEditor, before: string): Promise<void> {
  await waitFor('the keys', () => textWithCursor(editor).includes(`${before}█`));
  // Calls run in order, so the window knows what the host told it before.
  await vscode.commands.executeCommand('workbench.action.focusActiveEditorGroup');
}

/** What was there instead of the awaited ghost text, and the extension's own reason. */
async function whatWasThere(ghostText: string): Promise<string> {
  return `the last was "${ghostText}" (${await why()})`;
}

/** Waits for ghost text that begins with `start`, and returns it. */
export async function ghostTextBeginning(start: string): Promise<string> {
  let last = '';
  return waitFor(
    `ghost text beginning with "${start}"`,
    async () => {
      last = await theWindow.ghostText();
      return last.startsWith(start) && last;
    },
    10_000,
    () => whatWasThere(last),
  );
}

/**
 * Triggers ghost text by VS Code's own command until it begins with `start`, as the workspace is read in the background.
 * Triggers again only after a while, as a new request cancels the one before.
 */
export async function triggerUntilGhostText(start: string): Promise<string> {
  let last = '';
  let asked = -Infinity;
  return waitFor(
    `ghost text beginning with "${start}"`,
    async () => {
      if (performance.now() - asked > askAgainAfter) {
        asked = performance.now();
        await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
      }
      last = await theWindow.ghostText();
      return last.startsWith(start) && last;
    },
    20_000,
    () => whatWasThere(last),
  );
}

/** Asks until the likeliest is without `text`. */
export async function untilGhostTextIsWithout(text: string, draft: string): Promise<void> {
  await untilLikeliest(`ghost text without "${text}"`, draft, (ghost) => !ghost.includes(text));
}

/**
 * Asks in a new draft each time, as only that shows whether an answer has come, and one that was opened before its text was learned
 * would lower the confidence.
 */
export async function untilLikeliest(
  what: string,
  draft: string,
  isAwaited: (ghost: string) => boolean,
): Promise<void> {
  let drafts = 0;
  let last = '';
  await waitFor(
    what,
    async () => {
      await closeAll();
      await openDraft(`asked-${++drafts}.md`, draft);
      await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
      await untilAnswered();
      last = await waitFor('ghost text', () => theWindow.ghostText());
      return isAwaited(last);
    },
    40_000,
    () => `the last was "${last}"`,
  );
}
