import * as vscode from 'vscode';
import { toggledForLanguage } from '../editor/enablement';
import type { Parts } from '../editor/parts';

/** *Toggle Ghost Text for This Language*: that of the active editor. */
export async function toggleForLanguage({ configuration }: Parts): Promise<void> {
  const document = vscode.window.activeTextEditor?.document;
  if (document === undefined) {
    throw new Error(vscode.l10n.t('There is no open text whose language could be turned on or off.'));
  }
  const enablement = toggledForLanguage(configuration.enablement(document), document.languageId);
  await configuration.update('enable', enablement, document);
}
