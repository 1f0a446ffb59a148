/** Sentences in notifications. VS Code cuts one that has no button to a single line, so what may be longer has one. */
import * as vscode from 'vscode';

export function inform(sentence: string): void {
  void vscode.window.showInformationMessage(sentence, vscode.l10n.t('OK'));
}

export function warn(sentence: string): void {
  void vscode.window.showWarningMessage(sentence, vscode.l10n.t('OK'));
}

export function showError(sentence: string, log: vscode.LogOutputChannel): void {
  const details = vscode.l10n.t('Show Log');
  void vscode.window.showErrorMessage(sentence, details).then((chosen) => {
    if (chosen === details) {
      log.show(true);
    }
  });
}
