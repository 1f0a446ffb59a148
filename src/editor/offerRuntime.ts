/** Offers to install a runtime for a kind of models, and says beforehand what it downloads. */
import * as vscode from 'vscode';
import {
  describeRuntime,
  installRuntime,
  isRuntimeInstalled,
  type Runtime,
} from '../trainer/native/installRuntime';
import { withInstallProgress } from './installProgress';
import { agrees } from './notifications';
import { shownSentence } from './shownSentence';

/** Offers the runtime unless it is installed already. Resolves with whether it is installed afterwards. */
export async function ensureRuntime(runtime: Runtime, folder: string): Promise<boolean> {
  return (await isRuntimeInstalled(runtime, folder)) || offerRuntime(runtime, folder);
}

/** Resolves with whether it was installed. */
export async function offerRuntime(runtime: Runtime, folder: string): Promise<boolean> {
  const { t } = vscode.l10n;
  const detail = shownSentence(describeRuntime(runtime, folder));
  if (!(await agrees(t('Install {0}?', runtime.name), t('Install'), detail))) {
    return false;
  }
  const installed = await withInstallProgress(t('Installing {0}', runtime.name), folder, async (context) => {
    await installRuntime(runtime, folder, context);
    return true;
  });
  return installed ?? false;
}
