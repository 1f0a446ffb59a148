import * as vscode from 'vscode';
import { inform } from '../editor/notifications';
import { offerRuntime } from '../editor/offerRuntime';
import type { Parts } from '../editor/parts';
import { WEBGPU } from '../trainer/native/installRuntime';
import { requireNodeForWebgpu } from '../trainer/native/trainerNode';

/** *Install WebGPU Engine*: trains on a graphics card of any vendor. */
export async function installWebgpu({ paths }: Parts): Promise<void> {
  // Before anything is downloaded.
  await requireNodeForWebgpu();
  if (await offerRuntime(WEBGPU, paths.webgpu)) {
    inform(
      vscode.l10n.t('The WebGPU engine is installed; the next training uses it where it is the fastest.'),
    );
  }
}
