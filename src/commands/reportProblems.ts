import * as vscode from 'vscode';
import { warn } from '../editor/notifications';

/** Warns about invalid settings and the values used instead, without waiting for the user. */
export function reportProblems(problems: readonly string[]): void {
  for (const problem of problems) {
    warn(problem, {
      label: vscode.l10n.t('Open Settings'),
      press: () =>
        vscode.commands.executeCommand('workbench.action.openSettings', '@ext:understudy.understudy'),
    });
  }
}
