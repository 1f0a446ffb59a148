import * as vscode from 'vscode';
import { inform } from '../editor/notifications';
import { offerRemoval } from '../editor/offerRemoval';
import type { Parts } from '../editor/parts';
import { WEBGPU, removeRuntime } from '../trainer/native/installRuntime';

/** *Remove WebGPU Engine*: frees its disk space. */
export async function removeWebgpu({ paths, training }: Parts): Promise<void> {
  training.requireIdle(vscode.l10n.t('A training is running and may use the engine; cancel it first.'));
  await removeRuntime(WEBGPU, paths.webgpu);
  offerRemoval(paths.webgpu);
  inform(vscode.l10n.t('The WebGPU engine is removed.'));
}
