import * as vscode from 'vscode';
import { toggled, toggledForLanguage } from '../editor/enablement';
import type { Parts } from '../editor/parts';

/** *Toggle Ghost Text*, for all languages without a value of their own. */
export async function toggle({ configuration }: Parts): Promise<void> {
  const document = vscode.window.activeTextEditor?.document;
  await configuration.update('enable', toggled(configuration.enablement(document)), document);
}

/** *Toggle Ghost Text for This Language*: that of the active editor. */
export async function toggleForLanguage({ configuration }: Parts): Promise<void> {
  const document = vscode.window.activeTextEditor?.document;
  if (document === undefined) {
    throw new Error(
      vscode.l10n.t('No text is open, so there is no language to turn ghost text on or off for.'),
    );
  }
  const enablement = toggledForLanguage(configuration.enablement(document), document.languageId);
  await configuration.update('enable', enablement, document);
}
