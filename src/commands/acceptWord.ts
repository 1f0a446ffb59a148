import * as vscode from 'vscode';
import { firstWord, startsUnspaced } from '../editor/firstWord';
import type { Parts } from '../editor/parts';

/** Settles when the last word that was asked for is in the text. */
let earlier: Promise<unknown> = Promise.resolve();

/**
 * *Accept Next Word of Suggestion*: one word with the space before it, also in Chinese, where VS Code's own command takes a whole
 * run of characters. A key that is pressed again before the word is in the text takes the word after it.
 */
export function acceptWord(parts: Parts): Promise<void> {
  const accepted = earlier.then(() => takeWord(parts));
  earlier = accepted.catch(() => undefined);
  return accepted;
}

async function takeWord({ watch }: Parts): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  const suggestion = editor === undefined ? null : watch.suggestionAt(editor);
  if (suggestion !== null) {
    watch.tookWord();
  }
  if (editor === undefined || suggestion === null || !startsUnspaced(suggestion.text)) {
    await acceptWithSpace(editor);
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

/** Of what is shown, be it by another extension: VS Code's own command takes the space before a word as one of its own. */
async function acceptWithSpace(editor: vscode.TextEditor | undefined): Promise<void> {
  const next = (): Thenable<unknown> =>
    vscode.commands.executeCommand('editor.action.inlineSuggest.acceptNextWord');
  if (editor === undefined) {
    await next();
    return;
  }
  const { line, character } = editor.selection.active;
  const rest = (): string => editor.document.lineAt(line).text.slice(character);
  const before = rest();
  await next();
  const taken = rest().slice(0, rest().length - before.length);
  if (taken !== '' && taken.trim() === '') {
    await next();
  }
}
