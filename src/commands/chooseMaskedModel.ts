import { basename } from 'node:path';
import * as vscode from 'vscode';
import { parseMaskedModel } from '../editor/maskedModelSetting';
import { ensureRuntime } from '../editor/installing';
import { inform, UntrustedError } from '../editor/notifications';
import type { Parts } from '../editor/parts';
import { pathHere } from '../editor/pathHere';
import { ONNX_RUNTIME } from '../trainer/native/installRuntime';

interface ChoiceItem extends vscode.QuickPickItem {
  /** Undefined when the user cancelled a dialog. */
  readonly choose: () => Promise<string | undefined> | string | null;
}

/**
 * *Choose Masked Model*: the model of BERT's kind that ranks suggestions when there is text right of the cursor.
 * `chosen`, a value of the setting, skips the dialogs.
 */
export async function chooseMaskedModel({ maskedModel, paths }: Parts, chosen?: unknown): Promise<void> {
  const { t } = vscode.l10n;
  if (!vscode.workspace.isTrusted) {
    throw new UntrustedError(t('Masked models are opened in trusted workspaces only.'));
  }
  const folder =
    chosen === undefined ? await pick(maskedModel.state?.choice ?? null) : parseMaskedModel(t, chosen);
  if (
    folder === undefined ||
    (folder !== null && !(await ensureRuntime(ONNX_RUNTIME, paths.onnx))) ||
    !(await maskedModel.choose(folder))
  ) {
    return;
  }
  inform(
    maskedModel.state === null
      ? t('From now on, no masked model ranks suggestions.')
      : t(
          'From now on, {0} ranks suggestions where text stands right of the cursor.',
          maskedModel.state.description,
        ),
  );
}

/** Null is none; undefined when the user chose nothing. */
async function pick(current: string | null): Promise<string | null | undefined> {
  const { t } = vscode.l10n;
  const inUse = { description: t('in use'), iconPath: new vscode.ThemeIcon('check') };
  const items: ChoiceItem[] = [
    // The current model comes first, so that Enter changes nothing.
    ...(current === null
      ? []
      : [{ label: basename(current), detail: current, choose: () => current, ...inUse }]),
    {
      label: t('None'),
      iconPath: new vscode.ThemeIcon('blank'),
      detail: t('The networks and the words of your workspace judge that'),
      choose: () => null,
      ...(current === null && inUse),
    },
    {
      label: t('Browse for a Folder…'),
      iconPath: new vscode.ThemeIcon('folder-opened'),
      detail: t('A BERT-style model exported to ONNX: model.onnx and tokenizer.json'),
      choose: browse,
    },
  ];
  const chosen = await vscode.window.showQuickPick(items, {
    title: t('Choose Masked Model'),
    placeHolder: t('A model that says how well a suggestion joins the text right of the cursor'),
  });
  return chosen?.choose();
}

async function browse(): Promise<string | undefined> {
  const [uri] =
    (await vscode.window.showOpenDialog({
      title: vscode.l10n.t('Choose Masked Model'),
      canSelectFiles: false,
      canSelectFolders: true,
    })) ?? [];
  return uri && pathHere(uri);
}
