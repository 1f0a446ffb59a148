import * as vscode from 'vscode';
import { inform } from '../editor/notifications';
import { offerRuntime } from '../editor/offerRuntime';
import type { Parts } from '../editor/parts';
import { LLAMA } from '../trainer/native/installRuntime';

/** *Install llama.cpp*: runs GGUF models; one that the setting names, and that could not be opened without it, is opened. */
export async function installLlama({ paths, languageModel }: Parts): Promise<void> {
  if (await offerRuntime(LLAMA, paths.llama)) {
    inform(
      vscode.l10n.t('llama.cpp is installed; Understudy: Choose Language Model opens GGUF models with it.'),
    );
    await languageModel.follow();
  }
}
