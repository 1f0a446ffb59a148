import * as vscode from 'vscode';
import { translateSentence } from './sentences';

/** A sentence that may have been made outside the extension host, in the user's language. */
export function shownSentence(sentence: string): string {
  return translateSentence(vscode.l10n.bundle ?? {}, sentence);
}
