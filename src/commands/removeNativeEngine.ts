import * as vscode from 'vscode';
import { inform } from '../editor/notifications';
import { offerRemoval } from '../editor/offerRemoval';
import type { Parts } from '../editor/parts';
import { removeNative } from '../trainer/native/installNative';

/** *Remove Native Engine*: frees its disk space. */
export async function removeNativeEngine({ paths, training }: Parts): Promise<void> {
  training.requireIdle(vscode.l10n.t('A training is running and may use the engine; cancel it first.'));
  await removeNative(paths.native);
  offerRemoval(paths.native);
  inform(vscode.l10n.t('The native engine is removed; training goes on with another.'));
}
