/** Every command of the manifest; a failure is shown as its sentence and logged. */
import * as vscode from 'vscode';
import { showFailure } from '../editor/notifications';
import type { Parts } from '../editor/parts';
import { acceptWord } from './acceptWord';
import { chooseLanguageModel } from './chooseLanguageModel';
import { chooseMaskedModel } from './chooseMaskedModel';
import { deleteModel } from './deleteModel';
import { exportModel } from './exportModel';
import { generateAnother, generateFromSelection } from './generate';
import { importModel } from './importModel';
import {
  installLlama,
  installNativeEngine,
  installOnnxRuntime,
  installWebgpu,
  removeLlama,
  removeNativeEngine,
  removeOnnxRuntime,
  removeWebgpu,
} from './installations';
import { setLanguageModelKey } from './setLanguageModelKey';
import { showMenu } from './showMenu';
import { toggle, toggleForLanguage } from './toggle';
import { trainOnWorkspace } from './trainOnWorkspace';
import { useShippedBaseModel } from './useShippedBaseModel';
import { whyNoSuggestion } from './whyNoSuggestion';

/** Each command checks its own argument. */
type Command = (parts: Parts, argument?: unknown) => unknown;

const COMMANDS = {
  acceptWord,
  /** The text written so far stays. */
  cancelGeneration: ({ generation }: Parts) => {
    generation.cancel();
  },
  cancelTraining: ({ training }: Parts) => {
    training.cancel();
  },
  chooseLanguageModel,
  chooseMaskedModel,
  deleteModel,
  exportModel,
  generateAnother,
  generateFromSelection,
  importModel,
  installLlama,
  installNativeEngine,
  installOnnxRuntime,
  installWebgpu,
  openSettingsPanel: ({ panel }: Parts) => {
    panel.show();
  },
  pauseTraining: ({ training }: Parts) => {
    training.pause();
  },
  removeLlama,
  removeNativeEngine,
  removeOnnxRuntime,
  removeWebgpu,
  resumeTraining: ({ training }: Parts) => {
    training.resume();
  },
  setLanguageModelKey,
  showLog: ({ log }: Parts) => {
    log.show(true);
  },
  showMenu,
  toggle,
  toggleForLanguage,
  trainOnWorkspace,
  useShippedBaseModel,
  whyNoSuggestion,
};

export function registerCommands(parts: Parts): vscode.Disposable {
  return vscode.Disposable.from(
    ...Object.entries(COMMANDS).map(([name, run]) =>
      vscode.commands.registerCommand(`understudy.${name}`, async (argument?: unknown): Promise<unknown> => {
        try {
          return await (run as Command)(parts, argument);
        } catch (error) {
          showFailure(error, parts.log);
          return undefined;
        }
      }),
    ),
  );
}
