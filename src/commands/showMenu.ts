import * as vscode from 'vscode';
import type { Parts } from '../editor/parts';

/** The menu of the status-bar item. */
export async function showMenu({ status }: Parts): Promise<void> {
  const items = status.menu().map(({ icon, label, description, command }) => ({
    label,
    // An icon in the label would be read aloud by its English name.
    iconPath: new vscode.ThemeIcon(icon),
    description: description ?? '',
    command,
  }));
  const chosen = await vscode.window.showQuickPick(items, { title: 'Understudy' });
  if (chosen !== undefined) {
    await vscode.commands.executeCommand(chosen.command);
  }
}
