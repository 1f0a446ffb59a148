/** The commands that install and remove the engines of training and what runs models. */
import * as vscode from 'vscode';
import { offerInstallation, offerRemoval, offerRuntime } from '../editor/installing';
import { inform } from '../editor/notifications';
import type { Parts } from '../editor/parts';
import { describeInstallation, installNative, removeNative } from '../trainer/native/installNative';
import { LLAMA, ONNX_RUNTIME, removeRuntime, WEBGPU } from '../trainer/native/installRuntime';
import { requireNodeForWebgpu } from '../trainer/native/trainerNode';

/** *Install Native Engine*: it trains about twice as fast as WebAssembly (bench/README.md). */
export async function installNativeEngine({ paths: { native } }: Parts): Promise<void> {
  const { t } = vscode.l10n;
  const version = await offerInstallation({
    question: t('Install the native engine?'),
    detail: describeInstallation(native),
    title: t('Installing the native engine'),
    folder: native,
    install: (context) => installNative(native, context),
  });
  if (version !== null) {
    inform(
      t(
        'The native engine is installed (TensorFlow {0}); the next training uses it where it is the fastest.',
        version,
      ),
    );
  }
}

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

/** *Install llama.cpp*: runs GGUF models; one that the setting names, and that could not be opened without it, is opened. */
export async function installLlama({ paths, languageModel }: Parts): Promise<void> {
  if (await offerRuntime(LLAMA, paths.llama)) {
    inform(
      vscode.l10n.t('llama.cpp is installed; Understudy: Choose Language Model opens GGUF models with it.'),
    );
    await languageModel.follow();
  }
}

/** *Install ONNX Runtime*: runs masked models; one that the setting names, and that could not be opened without it, is opened. */
export async function installOnnxRuntime({ paths, maskedModel }: Parts): Promise<void> {
  if (await offerRuntime(ONNX_RUNTIME, paths.onnx)) {
    inform(vscode.l10n.t('ONNX Runtime is installed; Understudy: Choose Masked Model opens models with it.'));
    await maskedModel.follow();
  }
}

/** *Remove Native Engine* */
export async function removeNativeEngine({ paths, training }: Parts): Promise<void> {
  requireUnused(training);
  await removeNative(paths.native);
  tellOfRemoved(
    paths.native,
    vscode.l10n.t('The native engine is removed; training continues with another.'),
  );
}

/** *Remove WebGPU Engine* */
export async function removeWebgpu({ paths, training }: Parts): Promise<void> {
  requireUnused(training);
  await removeRuntime(WEBGPU, paths.webgpu);
  tellOfRemoved(paths.webgpu, vscode.l10n.t('The WebGPU engine is removed.'));
}

/** *Remove llama.cpp*, after putting away a GGUF model that is in use or being opened. */
export async function removeLlama({ languageModel, paths }: Parts): Promise<void> {
  if (languageModel.has(({ kind }) => kind === 'gguf')) {
    await languageModel.choose(null);
  }
  await removeRuntime(LLAMA, paths.llama);
  tellOfRemoved(paths.llama, vscode.l10n.t('llama.cpp is removed.'));
}

/** *Remove ONNX Runtime*, after putting away a masked model that is in use or being opened. */
export async function removeOnnxRuntime({ maskedModel, paths }: Parts): Promise<void> {
  if (maskedModel.has()) {
    await maskedModel.choose(null);
  }
  await removeRuntime(ONNX_RUNTIME, paths.onnx);
  tellOfRemoved(paths.onnx, vscode.l10n.t('ONNX Runtime is removed.'));
}

function requireUnused(training: Parts['training']): void {
  training.requireIdle(vscode.l10n.t('A training is running and may use the engine; cancel it first.'));
}

function tellOfRemoved(folder: string, sentence: string): void {
  offerRemoval(folder);
  inform(sentence);
}
