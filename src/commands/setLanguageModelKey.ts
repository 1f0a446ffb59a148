import * as vscode from 'vscode';
import type { Parts } from '../editor/parts';
import { tellOfChosen } from './chooseLanguageModel';

/**
 * *Set Language Model Key*: stores the key of the server chosen last in VS Code's secret storage, then tries the server with it.
 * `given` skips the dialog.
 */
export async function setLanguageModelKey(
  { languageModel, languageModelKeys }: Parts,
  given?: unknown,
): Promise<void> {
  const { t } = vscode.l10n;
  const { server } = languageModel;
  if (server === null) {
    throw new Error(t('A key belongs to a server; use Understudy: Choose Language Model first.'));
  }
  const key =
    typeof given === 'string'
      ? given
      : await vscode.window.showInputBox({
          title: t('Set Language Model Key'),
          prompt: t('The key for {0}; leave empty to delete the present one', new URL(server.address).host),
          password: true,
          ignoreFocusOut: true,
        });
  if (key !== undefined) {
    await languageModelKeys.set(server.address, key.trim());
    if (await languageModel.choose(server)) {
      tellOfChosen(languageModel);
    }
  }
}
