/** Shows an installation's progress, with a button that cancels it. */
import * as vscode from 'vscode';
import type { InstallContext } from '../trainer/native/installProgress';
import { unlessCancelled } from './shownWork';
import { offerRemoval } from './offerRemoval';
import { activityShareText } from './quantityTexts';
import { shownSentence } from './shownSentence';

/**
 * @param folder into which it installs
 * @returns the result of the installation; null when the user cancelled it
 */
export async function withInstallProgress<T>(
  title: string,
  folder: string,
  install: (context: InstallContext) => Promise<T>,
): Promise<T | null> {
  try {
    return await unlessCancelled(title, (signal, progress) =>
      install({
        signal,
        onProgress: ({ message, doneBytes, totalBytes }) => {
          const isMeasured = doneBytes !== undefined && totalBytes !== undefined;
          const share = isMeasured ? doneBytes / totalBytes : null;
          progress.report({ message: activityShareText(vscode.l10n.t, shownSentence(message), share) });
        },
      }),
    );
  } finally {
    offerRemoval(folder);
  }
}
