import * as vscode from 'vscode';
import { inform } from '../editor/notifications';
import type { Parts } from '../editor/parts';

/** *Use Shipped Base Model*: undoes the import of a base model. */
export async function useShippedBaseModel({ baseModel, training }: Parts): Promise<void> {
  training.requireIdle(
    vscode.l10n.t('The model is being trained; cancel the training before you change the base model.'),
  );
  if (!baseModel.isImported) {
    throw new Error(vscode.l10n.t('The base model is already the one that comes with Understudy.'));
  }
  await baseModel.useShipped();
  inform(vscode.l10n.t('From now on, the base model that comes with Understudy is used.'));
}
