import * as vscode from 'vscode';
import { theWindow } from './theWindow.js';
import { waitFor } from './waitFor.js';

/** Waits until a notification with this text is shown to its end; the error names those that are shown. */
export async function told(part: string): Promise<void> {
  let shown: string[] = [];
  try {
    await waitFor(
      `a notification with "${part}"`,
      async () => {
        shown = await theWindow.notifications();
        return shown.some((text) => text.includes(part) && !text.endsWith('(cut off)'));
      },
      10_000,
      () => (shown.length === 0 ? 'none is shown' : shown.join('\n')),
    );
  } finally {
    // The list lies over what the next test clicks on, and takes its Escape.
    await vscode.commands.executeCommand('notifications.hideList');
  }
}
