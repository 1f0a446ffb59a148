import * as vscode from 'vscode';
import type { Parts } from '../editor/parts';

/** *Import Model*: checked before it takes the place of the present one. `source` skips the dialogs. */
export async function importModel({ model, training }: Parts, source?: vscode.Uri): Promise<void> {
  if (training.phase !== 'idle') {
    throw new Error(
      vscode.l10n.t('The model is being trained; cancel the training before you import another.'),
    );
  }
  const uri = source ?? (await chooseFile());
  if (uri === undefined) {
    return;
  }
  if (source === undefined && model.isStored && !(await confirmReplacing())) {
    return;
  }
  await model.importFrom(uri);
  void vscode.window.showInformationMessage(
    vscode.l10n.t('The imported model is used in this workspace from now on.'),
  );
}

async function chooseFile(): Promise<vscode.Uri | undefined> {
  const chosen = await vscode.window.showOpenDialog({
    title: vscode.l10n.t('Import Model'),
    filters: { [vscode.l10n.t('Understudy models')]: ['safetensors', 'keras', 'h5'] },
  });
  return chosen?.[0];
}

async function confirmReplacing(): Promise<boolean> {
  const replace = vscode.l10n.t('Replace');
  return (
    (await vscode.window.showWarningMessage(
      vscode.l10n.t('Replace the model of this workspace by the imported one?'),
      { modal: true },
      replace,
    )) === replace
  );
}
