import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { vocabularyBeside } from '../completion/half/vocabularyBeside';
import {
  checkAddress,
  GGUF_EXTENSIONS,
  KERAS_EXTENSIONS,
  languageModelName,
  languageModelSetting,
  parseLanguageModel,
} from '../editor/languageModelSetting';
import { agrees, inform, UntrustedError, warn } from '../editor/notifications';
import { ensureRuntime } from '../editor/installing';
import type { Parts } from '../editor/parts';
import { pathHere } from '../editor/pathHere';
import { asError } from '../protocol/asError';
import { LLAMA } from '../trainer/native/installRuntime';
import type { HalfChoice } from '../protocol/generatorProtocol';

interface ChoiceItem extends vscode.QuickPickItem {
  /** Undefined when the user cancelled a dialog. */
  readonly choose?: () => Promise<HalfChoice | null | undefined> | HalfChoice | null;
}

/**
 * *Choose Language Model*: the pretrained model that predicts beside the networks. `chosen`, a value of the setting, skips the
 * dialogs.
 */
export async function chooseLanguageModel({ languageModel, paths }: Parts, chosen?: unknown): Promise<void> {
  if (!vscode.workspace.isTrusted) {
    throw new UntrustedError(vscode.l10n.t('Language models are opened in trusted workspaces only.'));
  }
  const choice = chosen === undefined ? await pick(languageModel) : parseLanguageModel(vscode.l10n.t, chosen);
  if (
    choice === undefined ||
    (choice?.kind === 'gguf' && !(await ensureRuntime(LLAMA, paths.llama))) ||
    !(await languageModel.choose(choice))
  ) {
    return;
  }
  tellOfChosen(languageModel);
}

/** Tells the user which language model is in use after a choice. */
export function tellOfChosen({ state }: Parts['languageModel']): void {
  if (state !== null && state.away !== null) {
    warn(
      vscode.l10n.t(
        '{0} is chosen but does not answer; until it does, suggestions come without it. {1}',
        state.name,
        state.away,
      ),
    );
    return;
  }
  inform(
    state === null
      ? vscode.l10n.t('From now on, Understudy works without another language model.')
      : vscode.l10n.t(
          'From now on, {0} predicts beside the networks ({1}); it earns its weight as you write.',
          state.name,
          state.description,
        ),
  );
}

/** Undefined when the user chose nothing. */
async function pick(languageModel: Parts['languageModel']): Promise<HalfChoice | null | undefined> {
  const { t } = vscode.l10n;
  const { state, recent } = languageModel;
  const current = JSON.stringify(languageModelSetting(state?.choice ?? null));
  const item = (choice: HalfChoice | null, label: string, detail: string): ChoiceItem => {
    const isCurrent = JSON.stringify(languageModelSetting(choice)) === current;
    return {
      label,
      iconPath: new vscode.ThemeIcon(isCurrent ? 'check' : 'blank'),
      detail,
      ...(isCurrent && { description: t('in use') }),
      choose: () => choice,
    };
  };
  const choices = [
    item(null, t('None'), t('The networks and the words of your workspace alone')),
    ...recent
      .filter((choice) => choice === state?.choice || isHere(choice))
      .map((choice) => {
        const { name, place } = languageModelName(choice);
        return item(choice, name, place);
      }),
  ];
  const items: ChoiceItem[] = [
    // The current model comes first, so that Enter changes nothing.
    ...choices.filter(({ description }) => description !== undefined),
    ...choices.filter(({ description }) => description === undefined),
    { label: '', kind: vscode.QuickPickItemKind.Separator },
    {
      label: t('Browse for a File…'),
      iconPath: new vscode.ThemeIcon('folder-opened'),
      detail: t('A Keras model (.h5, .keras) or a Transformer (.gguf)'),
      choose: browse,
    },
    {
      label: t('Use a Server…'),
      iconPath: new vscode.ThemeIcon('server'),
      detail: t('One that speaks the OpenAI completions protocol: llama.cpp, vLLM, text-generation-webui'),
      choose: askForServer,
    },
  ];
  const chosen = await vscode.window.showQuickPick(items, {
    title: t('Choose Language Model'),
    placeHolder: t('A pretrained model that predicts beside the networks at every step'),
  });
  return chosen?.choose?.();
}

/** VS Code remembers choices for the windows on all machines, and a file may be gone. */
const isHere = (choice: HalfChoice): boolean => choice.kind === 'server' || existsSync(choice.path);

async function browse(): Promise<HalfChoice | undefined> {
  const { t } = vscode.l10n;
  const [uri] =
    (await vscode.window.showOpenDialog({
      title: t('Choose Language Model'),
      filters: { [t('Language models')]: [...KERAS_EXTENSIONS, ...GGUF_EXTENSIONS] },
    })) ?? [];
  return uri && chosenFile(uri);
}

/** The choice that a model file stands for; asks for the vocabulary of a Keras model that has none beside it. */
export async function chosenFile(uri: vscode.Uri): Promise<HalfChoice | undefined> {
  const choice = parseLanguageModel(vscode.l10n.t, { file: pathHere(uri) });
  return choice?.kind === 'keras' && vocabularyBeside(choice.path) === null
    ? withVocabulary(choice)
    : (choice ?? undefined);
}

/** Asks for the vocabulary: a Keras model predicts token ids, and their texts are in a file of its own. */
async function withVocabulary(
  choice: Extract<HalfChoice, { kind: 'keras' }>,
): Promise<HalfChoice | undefined> {
  const { t } = vscode.l10n;
  const wantsToBrowse = await agrees(
    t('{0} has no vocabulary beside it to say what its numbers stand for.', basename(choice.path)),
    t('Browse for the Vocabulary…'),
    t('A tokenizer.json, the JSON of a Keras Tokenizer, or a list of characters or words'),
  );
  if (!wantsToBrowse) {
    return undefined;
  }
  const [uri] =
    (await vscode.window.showOpenDialog({
      title: t('Choose the Vocabulary of {0}', basename(choice.path)),
      filters: { [t('Vocabularies')]: ['json', 'txt'], [t('All files')]: ['*'] },
    })) ?? [];
  return uri && { ...choice, vocabularyPath: pathHere(uri) };
}

async function askForServer(): Promise<HalfChoice | undefined> {
  const { t } = vscode.l10n;
  const address = await vscode.window.showInputBox({
    title: t('Use a Server'),
    prompt: t('Its address, without /completions at the end'),
    placeHolder: 'http://localhost:8080/v1',
    ignoreFocusOut: true,
    validateInput: (given) => sentenceOf(() => checkAddress(t, given.trim())),
  });
  if (address === undefined) {
    return undefined;
  }
  const model = await vscode.window.showInputBox({
    title: t('Use a Server'),
    prompt: t("The model's name on the server; leave empty for the first that it lists"),
    ignoreFocusOut: true,
  });
  return model === undefined ? undefined : (parseLanguageModel(t, { server: address, model }) ?? undefined);
}

function sentenceOf(check: () => unknown): string | null {
  try {
    check();
    return null;
  } catch (error) {
    return asError(error).message;
  }
}
