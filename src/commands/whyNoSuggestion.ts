import * as vscode from 'vscode';
import { isEnabled } from '../editor/enablement';
import { inform } from '../editor/notifications';
import type { Parts } from '../editor/parts';
import { explainOutcome, settingNamedIn } from '../editor/whyNoSuggestion';

/** *Why No Suggestion?*, with a button that opens the setting named in the answer; also returns the answer. */
export function whyNoSuggestion({ watch, configuration }: Parts): string {
  const document = vscode.window.activeTextEditor?.document;
  // Checked again, as it may have been turned off since the last request.
  const isOff = document !== undefined && !isEnabled(configuration.enablement(document), document.languageId);
  const answer = explainOutcome(
    vscode.l10n.t,
    isOff ? { kind: 'silent', reason: 'off', languageId: document.languageId } : watch.lastOutcome,
  );
  const setting = settingNamedIn(answer);
  if (setting === null) {
    inform(answer);
  } else {
    const open = vscode.l10n.t('Open Setting');
    void vscode.window
      .showInformationMessage(answer, open)
      .then((chosen) =>
        chosen === open
          ? vscode.commands.executeCommand('workbench.action.openSettings', `@id:${setting}`)
          : undefined,
      );
  }
  return answer;
}
