import * as vscode from 'vscode';
import { inform } from '../editor/notifications';
import { offerRemoval } from '../editor/offerRemoval';
import type { Parts } from '../editor/parts';
import { LLAMA, removeRuntime } from '../trainer/native/installRuntime';

/** *Remove llama.cpp*, after putting away a GGUF model that is in use or being opened. */
export async function removeLlama({ languageModel, paths }: Parts): Promise<void> {
  if (languageModel.has(({ kind }) => kind === 'gguf')) {
    await languageModel.choose(null);
  }
  await removeRuntime(LLAMA, paths.llama);
  offerRemoval(paths.llama);
  inform(vscode.l10n.t('llama.cpp is removed.'));
}
