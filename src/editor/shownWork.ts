/** Shows that something is being done until it settles. */
import * as vscode from 'vscode';

type Progress = vscode.Progress<{ message: string; increment?: number }>;

/** In the status bar. */
export async function whileWorking<T>(title: string, work: Promise<T>): Promise<T> {
  return vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, () => work);
}

/** In a notification, with a button that cancels it. */
export function withCancelButton<T>(
  title: string,
  cancel: () => void,
  work: (progress: Progress) => Promise<T>,
): Thenable<T> {
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    (progress, token) => {
      token.onCancellationRequested(cancel);
      return work(progress);
    },
  );
}

/** The same for work that a signal ends. Resolves with its result, or with null when the user cancelled it. */
export async function unlessCancelled<T>(
  title: string,
  work: (signal: AbortSignal, progress: Progress) => Promise<T>,
): Promise<T | null> {
  const abort = new AbortController();
  const cancel = (): void => {
    abort.abort();
  };
  try {
    return await withCancelButton(title, cancel, (progress) => work(abort.signal, progress));
  } catch (error) {
    if (abort.signal.aborted) {
      return null;
    }
    throw error;
  }
}
