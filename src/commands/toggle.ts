import * as vscode from 'vscode';
import { toggled } from '../editor/enablement';
import type { Parts } from '../editor/parts';

/** *Toggle Ghost Text*, for all languages without a value of their own. */
export async function toggle({ configuration }: Parts): Promise<void> {
  const document = vscode.window.activeTextEditor?.document;
  await configuration.update('enable', toggled(configuration.enablement(document)), document);
}
