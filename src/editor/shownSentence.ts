import * as vscode from 'vscode';
import { sentenceTranslator } from './sentences';

/** Made at the first sentence; the bundle stays the same while VS Code runs. */
let translate: ((sentence: string) => string) | null = null;

/** A sentence that may have been made outside the extension host, in the user's language. */
export function shownSentence(sentence: string): string {
  translate ??= sentenceTranslator(vscode.l10n.bundle ?? {});
  return translate(sentence);
}
