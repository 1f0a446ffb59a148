import * as vscode from 'vscode';
import type { Parts } from '../editor/parts';
import { describeInstallation, installNative } from '../trainer/native/installNative';

/** *Install Native Engine*: trains several times as fast; says what it downloads before it does. */
export async function installNativeEngine({ paths }: Parts): Promise<void> {
  const install = vscode.l10n.t('Install');
  const chosen = await vscode.window.showInformationMessage(
    vscode.l10n.t('Install the native training engine?'),
    { modal: true, detail: describeInstallation(paths.native) },
    install,
  );
  if (chosen !== install) {
    return;
  }
  const version = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t('Installing the native training engine'),
      cancellable: true,
    },
    async (progress, token) => {
      const abort = new AbortController();
      token.onCancellationRequested(() => {
        abort.abort();
      });
      try {
        const record = await installNative(paths.native, {
          signal: abort.signal,
          onProgress: ({ message, doneBytes, totalBytes }) => {
            const isMeasured = doneBytes !== undefined && totalBytes !== undefined;
            const share = isMeasured ? `: ${Math.floor((100 * doneBytes) / totalBytes)} %` : '…';
            progress.report({ message: message + share });
          },
        });
        return record.tensorflowVersion;
      } catch (error) {
        if (abort.signal.aborted) {
          return null;
        }
        throw error;
      }
    },
  );
  if (version !== null) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t(
        'The native training engine is installed (TensorFlow {0}); the next training uses it.',
        version,
      ),
    );
  }
}
