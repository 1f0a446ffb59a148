import * as vscode from 'vscode';
import { firstWord, startsUnspaced } from '../editor/firstWord';
import type { Parts } from '../editor/parts';
import type { Suggestion } from '../editor/suggestionTally';

/** Settles when the word requested last is in the text. */
let earlier: Promise<unknown> = Promise.resolve();

/**
 * *Accept Next Word of Suggestion*: accepts one word with the space before it, also in Chinese, where VS Code's own command accepts a
 * whole run of characters. A key pressed again before the word is in the text accepts the next word.
 */
export function acceptWord(parts: Parts): Promise<void> {
  const accepted = earlier.then(() => takeWord(parts));
  earlier = accepted.catch(() => undefined);
  return parts.watch.keepKeyUntil(accepted);
}

async function takeWord({ watch }: Parts): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  const suggestion = editor === undefined ? null : watch.suggestionAt(editor);
  if (suggestion !== null) {
    watch.tookWord();
  }
  if (editor === undefined || suggestion === null || !startsUnspaced(suggestion.text)) {
    await acceptWithSpace(cursor(editor, watch.tally.current));
    return;
  }
  const word = firstWord(suggestion.text);
  if (word === suggestion.text) {
    await vscode.commands.executeCommand('editor.action.inlineSuggest.commit');
    return;
  }
  const position = editor.selection.active;
  await editor.edit((edit) => {
    edit.insert(position, word);
  });
  await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
}

interface Place {
  readonly document: vscode.TextDocument;
  readonly position: vscode.Position;
}

/** The cursor. The commit message box is no editor to extensions, so its cursor is where the suggestion was shown. */
function cursor(editor: vscode.TextEditor | undefined, shown: Suggestion | null): Place | null {
  const box = vscode.workspace.textDocuments.find(
    ({ uri }) => uri.scheme === 'vscode-scm' && uri.toString() === shown?.uri,
  );
  if (shown !== null && box !== undefined) {
    return { document: box, position: new vscode.Position(shown.line, shown.character) };
  }
  return editor === undefined ? null : { document: editor.document, position: editor.selection.active };
}

/**
 * Accepts a word of whatever ghost text is shown, also of another extension's. VS Code's own command may accept only the space before
 * a word; it is then run again.
 */
async function acceptWithSpace(at: Place | null): Promise<void> {
  const next = (): Thenable<unknown> =>
    vscode.commands.executeCommand('editor.action.inlineSuggest.acceptNextWord');
  if (at === null) {
    await next();
    return;
  }
  const { line, character } = at.position;
  const rest = (): string => at.document.lineAt(line).text.slice(character);
  const before = rest();
  await next();
  const taken = rest().slice(0, rest().length - before.length);
  if (taken !== '' && taken.trim() === '') {
    await next();
  }
}
