import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import { agreesToRisk, inform } from '../editor/notifications';
import type { Parts } from '../editor/parts';
import { trainableFolders } from '../editor/trainableFolders';
import { exportedBeside } from '../trainer/modelFile';

/** *Export Model*: one self-contained file, or a Keras model with its tokenizer beside it. `target` skips the dialogs. */
export async function exportModel({ model }: Parts, target?: vscode.Uri): Promise<void> {
  if (!(await model.isStillStored())) {
    throw new Error(
      vscode.l10n.t('This workspace has no model of its own yet; use Understudy: Train on Workspace first.'),
    );
  }
  const name = vscode.workspace.name?.replaceAll(/[^\p{Letter}\p{Number}_-]+/gu, '-') ?? 'workspace';
  const folder = trainableFolders().at(0)?.uri;
  const uri =
    target ??
    (await vscode.window.showSaveDialog({
      title: vscode.l10n.t('Export Model'),
      filters: {
        [vscode.l10n.t('Understudy models')]: ['safetensors'],
        [vscode.l10n.t('Keras models')]: ['keras', 'h5'],
      },
      ...(folder === undefined
        ? {}
        : { defaultUri: vscode.Uri.joinPath(folder, '..', `${name}.safetensors`) }),
    }));
  if (uri !== undefined && uri.scheme !== 'file') {
    // In a remote window, VS Code's dialog also offers the disk of the machine in front of the user.
    throw new Error(
      vscode.l10n.t(
        '{0} is not on the machine that Understudy runs on, so the model cannot be written there; export it into a folder of that machine, and download it from there.',
        uri.path,
      ),
    );
  }
  if (uri === undefined || (target === undefined && !(await mayReplaceBeside(uri.fsPath)))) {
    return;
  }
  await model.exportTo(uri.fsPath);
  inform(
    vscode.l10n.t(
      'The model is exported to {0}. It holds traces of your texts; share it only with people who may read those.',
      uri.fsPath,
    ),
  );
}

/** VS Code's dialog asks only about the chosen file, so this asks about the tokenizer that is written beside it. */
async function mayReplaceBeside(path: string): Promise<boolean> {
  const { t } = vscode.l10n;
  const beside = exportedBeside(path);
  const detail = t('The tokenizer of a Keras model is exported beside it.');
  return (
    beside === null || !existsSync(beside) || agreesToRisk(t('Replace {0}?', beside), t('Replace'), detail)
  );
}
