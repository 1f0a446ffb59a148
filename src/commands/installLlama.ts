import * as vscode from 'vscode';
import { withInstallProgress } from '../editor/installProgress';
import type { Parts } from '../editor/parts';
import { describeLlama, installLlama as install } from '../trainer/native/installLlama';

/** *Install llama.cpp*: says what it downloads before it does. Resolves with whether it is installed. */
export async function installLlama({ paths }: Pick<Parts, 'paths'>): Promise<boolean> {
  const { t } = vscode.l10n;
  const confirm = t('Install');
  const chosen = await vscode.window.showInformationMessage(
    t('Install llama.cpp?'),
    { modal: true, detail: describeLlama(paths.llama) },
    confirm,
  );
  if (chosen !== confirm) {
    return false;
  }
  const installed = await withInstallProgress(t('Installing llama.cpp'), async (context) => {
    await install(paths.llama, context);
    return true;
  });
  if (installed === null) {
    return false;
  }
  void vscode.window.showInformationMessage(
    t('llama.cpp is installed; Understudy: Choose Language Model opens GGUF models with it.'),
  );
  return true;
}
