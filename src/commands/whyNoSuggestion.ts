import * as vscode from 'vscode';
import { generatorDocument } from '../editor/generatorDocument';
import { isEnabled } from '../editor/enablement';
import { inform } from '../editor/notifications';
import type { Parts } from '../editor/parts';
import { isSecretDocument } from '../editor/secretDocument';
import { trainableFolders } from '../editor/trainableFolders';
import { explainOutcome, settingNamedIn } from '../editor/whyNoSuggestion';

/** *Why No Suggestion?*, with a button that opens the setting named in the answer; also returns the answer. */
export function whyNoSuggestion(parts: Parts): string {
  const answer = answerNow(parts);
  const setting = settingNamedIn(answer);
  if (setting === null) {
    inform(answer);
  } else {
    inform(answer, {
      label: vscode.l10n.t('Open Setting'),
      press: () => vscode.commands.executeCommand('workbench.action.openSettings', `@id:${setting}`),
    });
  }
  return answer;
}

function answerNow({ watch, configuration, languageModel, lastEditor }: Parts): string {
  const { t } = vscode.l10n;
  const canTrain = trainableFolders().length > 0;
  const editor = vscode.window.activeTextEditor;
  const document = watch.lastRequest?.document ?? editor?.document;
  // Checked again, as it may have been turned off since the last request.
  if (document !== undefined && !isEnabled(configuration.enablement(document), document.languageId)) {
    return explainOutcome(t, { kind: 'silent', reason: 'off', languageId: document.languageId }, canTrain);
  }
  const isKeptFromModel =
    languageModel.state !== null &&
    editor !== undefined &&
    editor.document === document &&
    isSecretDocument(generatorDocument(editor.document, editor.selection.active));
  return watch.lastRequest === null && lastEditor.visible === undefined
    ? t('No text is open. Suggestions come while you write in one.')
    : explainOutcome(t, watch.lastRequest?.outcome ?? null, canTrain, isKeptFromModel);
}
