import * as vscode from 'vscode';
import { sentenceTranslator } from './sentences';

/** Created for the first sentence; the bundle stays the same while VS Code runs. */
let translate: ((sentence: string) => string) | null = null;

/** Translates a sentence that may have been made outside the extension host into the user's language. */
export function shownSentence(sentence: string): string {
  translate ??= sentenceTranslator(vscode.l10n.bundle ?? {});
  return translate(sentence);
}
