import * as vscode from 'vscode';

/** Takes down the message of each report to the notifications of progress, in the place of showing it, until `stop` is called. */
export function hearProgress(): {
  readonly told: readonly (string | undefined)[];
  readonly stop: () => void;
} {
  const { withProgress } = vscode.window;
  const told: (string | undefined)[] = [];
  vscode.window.withProgress = (options, task) =>
    withProgress(options, (_progress, token) =>
      task({ report: (step: { message?: string }) => told.push(step.message) }, token),
    );
  return {
    told,
    stop: () => {
      vscode.window.withProgress = withProgress;
    },
  };
}
