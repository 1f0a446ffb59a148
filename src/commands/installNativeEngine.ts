import * as vscode from 'vscode';
import { withInstallProgress } from '../editor/installProgress';
import { agrees, inform } from '../editor/notifications';
import type { Parts } from '../editor/parts';
import { shownSentence } from '../editor/shownSentence';
import { describeInstallation, installNative } from '../trainer/native/installNative';

/** *Install Native Engine*: it trains about twice as fast as WebAssembly (bench/README.md). The user is told beforehand what is downloaded. */
export async function installNativeEngine({ paths }: Parts): Promise<void> {
  const { t } = vscode.l10n;
  const detail = shownSentence(describeInstallation(paths.native));
  if (!(await agrees(t('Install the native engine?'), t('Install'), detail))) {
    return;
  }
  const version = await withInstallProgress(t('Installing the native engine'), paths.native, (context) =>
    installNative(paths.native, context),
  );
  if (version !== null) {
    inform(
      t(
        'The native engine is installed (TensorFlow {0}); the next training uses it where it is the fastest.',
        version,
      ),
    );
  }
}
