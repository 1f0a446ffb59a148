import * as vscode from 'vscode';
import { firstWord } from '../editor/firstWord';
import type { Parts } from '../editor/parts';

/**
 * *Accept Next Word of Suggestion*: one word, also in Chinese, where VS Code's own command takes a whole run of
 * characters. What is shown by another extension is left to VS Code's command.
 */
export async function acceptWord({ watch }: Parts): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  const suggestion = editor === undefined ? null : watch.suggestionAt(editor);
  if (editor === undefined || suggestion === null) {
    await vscode.commands.executeCommand('editor.action.inlineSuggest.acceptNextWord');
    return;
  }
  const word = firstWord(suggestion.text);
  if (word === suggestion.text) {
    await vscode.commands.executeCommand('editor.action.inlineSuggest.commit');
    return;
  }
  const position = editor.selection.active;
  watch.tookWord();
  await editor.edit((edit) => {
    edit.insert(position, word);
  });
  await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
}
