/** The models that the user chooses beside the networks, kept as the settings, the keys of servers and the window's trust say. */
import { hostname } from 'node:os';
import * as vscode from 'vscode';
import type { GeneratorClient } from '../completion/generatorClient';
import { LLAMA, ONNX_RUNTIME } from '../trainer/native/installRuntime';
import { AwaitedRuntime } from './awaitedRuntime';
import { LanguageModelHalf } from './languageModelHalf';
import { LanguageModelKeys } from './languageModelKeys';
import { LANGUAGE_MODEL_SETTING } from './languageModelSetting';
import { languageModelWindow } from './languageModelWindow';
import { MaskedModel } from './maskedModel';
import { MASKED_MODEL_SETTING } from './maskedModelSetting';
import { maskedModelWindow } from './maskedModelWindow';
import { showFailure } from './notifications';
import type { ProductPaths } from './parts';

export class FollowedModels implements vscode.Disposable {
  readonly languageModelKeys: LanguageModelKeys;
  readonly languageModel: LanguageModelHalf;
  readonly maskedModel: MaskedModel;
  private readonly runtimes: readonly AwaitedRuntime[];
  private readonly disposable: vscode.Disposable;

  /** @param onDidChange called when another model is in use, or one goes away or answers again */
  constructor(
    { globalState, secrets }: vscode.ExtensionContext,
    generator: GeneratorClient,
    { llama, onnx }: ProductPaths,
    onDidChange: () => void,
    private readonly log: vscode.LogOutputChannel,
  ) {
    const remote = vscode.env.remoteName === undefined ? null : hostname();
    this.languageModelKeys = new LanguageModelKeys(secrets, remote);
    const window = languageModelWindow(globalState, this.languageModelKeys, llama, remote);
    this.languageModel = new LanguageModelHalf(generator, window, onDidChange);
    this.maskedModel = new MaskedModel(generator, onnx, maskedModelWindow(globalState), onDidChange);
    this.runtimes = [
      new AwaitedRuntime(LLAMA, llama, () => this.languageModel.follow()),
      new AwaitedRuntime(ONNX_RUNTIME, onnx, () => this.maskedModel.follow()),
    ];
    this.disposable = vscode.Disposable.from(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(LANGUAGE_MODEL_SETTING)) {
          this.settle(this.languageModel.follow());
        }
        if (event.affectsConfiguration(MASKED_MODEL_SETTING)) {
          this.settle(this.maskedModel.follow());
        }
      }),
      secrets.onDidChange(() => {
        this.settle(this.languageModel.followKey());
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(() => {
        this.follow();
      }),
      vscode.window.onDidChangeWindowState(({ focused }) => {
        for (const runtime of focused ? this.runtimes : []) {
          this.settle(runtime.lookAgain());
        }
      }),
    );
  }

  /** Opens what the settings name. */
  follow(): void {
    this.settle(this.languageModel.follow());
    this.settle(this.maskedModel.follow());
  }

  dispose(): void {
    this.disposable.dispose();
  }

  private settle(opening: Promise<void>): void {
    // Ghost text goes on with the present model, or without.
    opening.catch((error: unknown) => {
      showFailure(error, this.log);
      for (const runtime of this.runtimes) {
        void runtime.noteFailure();
      }
    });
  }
}
