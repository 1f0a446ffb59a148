import * as vscode from 'vscode';
import { agreesToRisk, inform } from '../editor/notifications';
import type { Parts } from '../editor/parts';

interface DeleteArguments {
  /** False deletes without asking. */
  readonly confirm?: boolean;
}

/** *Delete Model*, after asking the user. */
export async function deleteModel(
  { model, training }: Parts,
  { confirm = true }: DeleteArguments = {},
): Promise<void> {
  const { t } = vscode.l10n;
  training.requireIdle(t('The model is being trained; cancel the training before you delete the model.'));
  if (!(await model.isAnythingStored())) {
    throw new Error(t('This workspace has no model of its own to delete.'));
  }
  // Else there is only what an interrupted training has kept, and the user knows of no model.
  const hasModel = model.isStored;
  const question = hasModel
    ? t('Delete the model of this workspace?')
    : t('Delete what the interrupted training has saved?');
  const detail = t('What it learned in training is lost. Your files are not touched.');
  if (confirm && !(await agreesToRisk(question, t('Delete'), detail))) {
    return;
  }
  await model.delete();
  const told = hasModel
    ? t('The model of this workspace is deleted; ghost text continues without it.')
    : t('What the interrupted training had saved is deleted.');
  // The panel may still say of it that it is used from now on.
  training.conclude(told);
  inform(told);
}
