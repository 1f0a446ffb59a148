/** Shows an installation's progress, with a button that cancels it. */
import * as vscode from 'vscode';
import type { InstallContext } from '../trainer/native/installProgress';
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
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    async (progress, token) => {
      const abort = new AbortController();
      token.onCancellationRequested(() => {
        abort.abort();
      });
      try {
        return await install({
          signal: abort.signal,
          onProgress: ({ message, doneBytes, totalBytes }) => {
            const isMeasured = doneBytes !== undefined && totalBytes !== undefined;
            const share = isMeasured ? doneBytes / totalBytes : null;
            progress.report({ message: activityShareText(vscode.l10n.t, shownSentence(message), share) });
          },
        });
      } catch (error) {
        if (abort.signal.aborted) {
          return null;
        }
        throw error;
      } finally {
        offerRemoval(folder);
      }
    },
  );
}
