import * as vscode from 'vscode';
import { offerRuntime } from '../editor/offerRuntime';
import type { Parts } from '../editor/parts';
import { webgpuObstacle } from '../trainer/engines/webgpuObstacle';
import { WEBGPU } from '../trainer/native/installRuntime';

/** *Install WebGPU Engine*: trains on a graphics card of any vendor. */
export async function installWebgpu({ paths }: Parts): Promise<void> {
  const obstacle = webgpuObstacle();
  if (obstacle !== null) {
    throw obstacle;
  }
  if (await offerRuntime(WEBGPU, paths.webgpu)) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('The WebGPU engine is installed; the next training uses it where it is the fastest.'),
    );
  }
}
