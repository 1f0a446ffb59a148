import * as vscode from 'vscode';
import { inform } from '../editor/notifications';
import { offerRemoval } from '../editor/offerRemoval';
import type { Parts } from '../editor/parts';
import { ONNX_RUNTIME, removeRuntime } from '../trainer/native/installRuntime';

/** *Remove ONNX Runtime*, after putting away a masked model that is in use or being opened. */
export async function removeOnnxRuntime({ maskedModel, paths }: Parts): Promise<void> {
  if (maskedModel.has()) {
    await maskedModel.choose(null);
  }
  await removeRuntime(ONNX_RUNTIME, paths.onnx);
  offerRemoval(paths.onnx);
  inform(vscode.l10n.t('ONNX Runtime is removed.'));
}
