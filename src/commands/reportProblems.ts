import * as vscode from 'vscode';

/** Warns about invalid settings and the values used instead, without waiting for the user. */
export function reportProblems(problems: readonly string[]): void {
  for (const problem of problems) {
    const open = vscode.l10n.t('Open Settings');
    void vscode.window.showWarningMessage(problem, open).then((chosen) => {
      if (chosen === open) {
        return vscode.commands.executeCommand('workbench.action.openSettings', '@ext:understudy.understudy');
      }
      return undefined;
    });
  }
}
