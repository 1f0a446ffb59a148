import * as vscode from 'vscode';
import { inform } from '../editor/notifications';
import { offerRuntime } from '../editor/offerRuntime';
import type { Parts } from '../editor/parts';
import { ONNX_RUNTIME } from '../trainer/native/installRuntime';

/** *Install ONNX Runtime*: runs masked models; one that the setting names, and that could not be opened without it, is opened. */
export async function installOnnxRuntime({ paths, maskedModel }: Parts): Promise<void> {
  if (await offerRuntime(ONNX_RUNTIME, paths.onnx)) {
    inform(vscode.l10n.t('ONNX Runtime is installed; Understudy: Choose Masked Model opens models with it.'));
    await maskedModel.follow();
  }
}
