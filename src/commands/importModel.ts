import { basename } from 'node:path';
import * as vscode from 'vscode';
import { KERAS_EXTENSIONS, languageModelSetting } from '../editor/languageModelSetting';
import { agreesToRisk, inform } from '../editor/notifications';
import type { Parts } from '../editor/parts';
import { pathHere } from '../editor/pathHere';
import { trainableFolders } from '../editor/trainableFolders';
import { chooseLanguageModel, chosenFile } from './chooseLanguageModel';

/** The role of an imported model. */
type ImportUse = 'personal' | 'base' | 'languageModel';

interface ImportArguments {
  /** Skips the file dialog, and the question before the current model is replaced. */
  readonly source?: vscode.Uri;
  /** Skips the question for the role. */
  readonly use?: ImportUse;
}

/** *Import Model*: the model is checked before it replaces the current one. */
export async function importModel(parts: Parts, { source, use }: ImportArguments = {}): Promise<void> {
  const uri = source ?? (await chooseFile());
  if (uri !== undefined) {
    // Before the question what it is to be.
    pathHere(uri);
  }
  switch (uri && (use ?? (await chooseUse(uri)))) {
    case 'personal':
      return importPersonal(parts, uri!, source === undefined);
    case 'base':
      return importBase(parts, uri!);
    case 'languageModel': {
      const choice = await chosenFile(uri!);
      return choice && chooseLanguageModel(parts, languageModelSetting(choice));
    }
    case undefined:
  }
}

async function chooseFile(): Promise<vscode.Uri | undefined> {
  const chosen = await vscode.window.showOpenDialog({
    title: vscode.l10n.t('Import Model'),
    filters: { [vscode.l10n.t('Understudy models')]: ['safetensors', ...KERAS_EXTENSIONS] },
  });
  return chosen?.[0];
}

async function chooseUse(uri: vscode.Uri): Promise<ImportUse | undefined> {
  const { t } = vscode.l10n;
  const items: (vscode.QuickPickItem & { readonly use: ImportUse })[] = [];
  if (trainableFolders().length > 0) {
    items.push({
      label: t('The Model of This Workspace'),
      iconPath: new vscode.ThemeIcon('book'),
      detail: t('Used here instead of the present one; Train on Workspace continues from it.'),
      use: 'personal',
    });
  }
  items.push({
    label: t('The Base Model on This Machine'),
    iconPath: new vscode.ThemeIcon('home'),
    detail: t('Replaces the shipped one in every workspace; Use Shipped Base Model undoes this.'),
    use: 'base',
  });
  if (KERAS_EXTENSIONS.some((extension) => uri.path.toLowerCase().endsWith(`.${extension}`))) {
    items.push({
      label: t('A Language Model beside the Networks'),
      iconPath: new vscode.ThemeIcon('library'),
      detail: t('Predicts beside them at every step, whatever its layers; training does not change it.'),
      use: 'languageModel',
    });
  }
  const chosen = await vscode.window.showQuickPick(items, {
    title: t('Import Model'),
    placeHolder: t('What should {0} be used as?', basename(uri.fsPath)),
  });
  return chosen?.use;
}

async function importPersonal(
  { model, training, paths }: Parts,
  uri: vscode.Uri,
  asks: boolean,
): Promise<void> {
  requireIdle(training);
  const { t } = vscode.l10n;
  const question = t('Replace the model of this workspace with the imported one?');
  if (asks && (await model.isStillStored()) && !(await agreesToRisk(question, t('Replace')))) {
    return;
  }
  await model.importFrom(uri.fsPath, paths.tokenizer);
  inform(t('The imported model is used in this workspace from now on.'));
}

async function importBase({ baseModel, training }: Parts, uri: vscode.Uri): Promise<void> {
  requireIdle(training);
  await baseModel.importFrom(uri);
  inform(
    vscode.l10n.t(
      '{0} is the base model on this machine from now on; other windows use it once they are reloaded.',
      basename(uri.fsPath),
    ),
  );
}

function requireIdle(training: Parts['training']): void {
  training.requireIdle(
    vscode.l10n.t('The model is being trained; cancel the training before you import another.'),
  );
}
