/** What is installed on demand: the user is told beforehand what is downloaded, may cancel it, and may remove what is there. */
import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { InstallContext } from '../trainer/native/installProgress';
import {
  describeRuntime,
  installRuntime,
  isRuntimeInstalled,
  type Runtime,
} from '../trainer/native/installRuntime';
import { isAnythingInstalled } from '../trainer/native/removeInstalled';
import { agrees } from './notifications';
import { activityShareText } from './quantityTexts';
import { setContext } from './setContext';
import { shownSentence } from './shownSentence';
import { unlessCancelled } from './shownWork';

interface Offer<T> {
  readonly question: string;
  /** In English; what is downloaded. */
  readonly detail: string;
  readonly title: string;
  readonly folder: string;
  readonly install: (context: InstallContext) => Promise<T>;
}

/** Resolves with the result of the installation; with null when the user does not want it, or cancels it. */
export async function offerInstallation<T>(offer: Offer<T>): Promise<T | null> {
  const { t } = vscode.l10n;
  if (!(await agrees(offer.question, t('Install'), shownSentence(offer.detail)))) {
    return null;
  }
  try {
    return await unlessCancelled(offer.title, (signal, progress) =>
      offer.install({
        signal,
        onProgress: ({ message, doneBytes, totalBytes }) => {
          const isMeasured = doneBytes !== undefined && totalBytes !== undefined;
          const share = isMeasured ? doneBytes / totalBytes : null;
          progress.report({ message: activityShareText(t, shownSentence(message), share) });
        },
      }),
    );
  } finally {
    offerRemoval(offer.folder);
  }
}

/** Resolves with whether it was installed. */
export async function offerRuntime(runtime: Runtime, folder: string): Promise<boolean> {
  const { t } = vscode.l10n;
  const installed = await offerInstallation({
    question: t('Install {0}?', runtime.name),
    detail: describeRuntime(runtime, folder),
    title: t('Installing {0}', runtime.name),
    folder,
    install: async (context) => {
      await installRuntime(runtime, folder, context);
      return true;
    },
  });
  return installed ?? false;
}

/** Offers the runtime unless it is installed already. Resolves with whether it is installed afterwards. */
export async function ensureRuntime(runtime: Runtime, folder: string): Promise<boolean> {
  return (await isRuntimeInstalled(runtime, folder)) || offerRuntime(runtime, folder);
}

/** Sets the context key by which VS Code offers the removal of what is in a folder; to be called whenever that may have changed. */
export function offerRemoval(folder: string): void {
  void setContext(`understudy.installed.${basename(folder)}`, isAnythingInstalled(folder));
}
