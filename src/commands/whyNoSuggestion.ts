import * as vscode from 'vscode';
import type { Parts } from '../editor/parts';
import { explainOutcome, settingNamedIn } from '../editor/whyNoSuggestion';

/** *Why No Suggestion?*, with a way to the setting that the answer names; also returns the answer. */
export function whyNoSuggestion({ watch }: Parts): string {
  const answer = explainOutcome(vscode.l10n.t, watch.lastOutcome);
  const setting = settingNamedIn(answer);
  const open = vscode.l10n.t('Open Setting');
  void vscode.window
    .showInformationMessage(answer, ...(setting === null ? [] : [open]))
    .then((chosen) =>
      chosen === open
        ? vscode.commands.executeCommand('workbench.action.openSettings', `@id:${setting}`)
        : undefined,
    );
  return answer;
}
