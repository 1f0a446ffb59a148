import * as vscode from 'vscode';

/** Tells the user which settings did not fit and what is used in their place; goes on meanwhile. */
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
