import * as vscode from 'vscode';
import type { GeneratedText } from '../editor/generation';
import type { Parts } from '../editor/parts';
import { reportProblems } from './reportProblems';

/** *Generate from Selection*: continues the selected text, or the document at the cursor, of the text that the user worked in last. */
export async function generateFromSelection(parts: Parts): Promise<GeneratedText> {
  const editor = parts.lastEditor.visible;
  if (editor === undefined) {
    throw new Error(vscode.l10n.t('There is no open text to continue; open a file and select some text.'));
  }
  return parts.generation.fromSelection(editor, sampling(parts));
}

/** *Replace with Another Sample*: replaces the last generated text by another sample. */
export async function generateAnother(parts: Parts): Promise<GeneratedText> {
  return parts.generation.another(sampling(parts));
}

function sampling({ configuration }: Parts) {
  const { values, problems } = configuration.sampling();
  reportProblems(problems);
  return values;
}
