import * as vscode from 'vscode';
import type { GeneratedText } from '../editor/generation';
import type { Parts } from '../editor/parts';
import { reportProblems } from './reportProblems';

/** *Generate from Selection*: continues the selected text, or the document at the cursor, of the text that the user worked in last. */
export async function generateFromSelection({
  generation,
  configuration,
  lastEditor,
}: Parts): Promise<GeneratedText> {
  const editor = lastEditor.visible;
  if (editor === undefined) {
    throw new Error(vscode.l10n.t('There is no open text to continue; open a file and select some text.'));
  }
  const { values, problems } = configuration.sampling();
  reportProblems(problems);
  return generation.fromSelection(editor, values);
}
