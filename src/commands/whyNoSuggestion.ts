import * as vscode from 'vscode';
import type { Parts } from '../editor/parts';
import { explainOutcome } from '../editor/whyNoSuggestion';

/** *Why No Suggestion?*; also returns the answer. */
export function whyNoSuggestion({ watch }: Parts): string {
  const answer = explainOutcome(vscode.l10n.t, watch.lastOutcome);
  void vscode.window.showInformationMessage(answer);
  return answer;
}
