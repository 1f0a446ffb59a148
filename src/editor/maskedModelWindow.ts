/** The window and the setting that the choice of a masked model works with. */
import * as vscode from 'vscode';
import type { ModelSurroundings } from './chosenModel';
import { LastFatalFile } from './fatalFile';
import { MASKED_MODEL_SETTING, parseMaskedModel } from './maskedModelSetting';
import { shownSentence } from './shownSentence';
import { whileWorking } from './shownWork';
import { setUserValue, userValue } from './userValue';

export function maskedModelWindow(memory: vscode.Memento): ModelSurroundings<string> {
  return {
    isTrusted: () => vscode.workspace.isTrusted,
    // Only the user's own value counts: no workspace may choose which file is opened.
    configured: () => parseMaskedModel(vscode.l10n.t, userValue(MASKED_MODEL_SETTING)),
    configure: (folder) => setUserValue(MASKED_MODEL_SETTING, folder ?? undefined),
    shown: shownSentence,
    fatal: new LastFatalFile(memory, 'understudy.fatalMaskedModel'),
    whileOpening: (name, work) => whileWorking(vscode.l10n.t('Opening the masked model {0}…', name), work),
  };
}
