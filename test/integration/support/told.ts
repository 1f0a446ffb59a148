import { theWindow } from './theWindow.js';
import { waitFor } from './waitFor.js';

/** Waits until a notification with this text is shown; the error names those that are. */
export async function told(part: string): Promise<void> {
  let shown: string[] = [];
  await waitFor(
    `a notification with "${part}"`,
    async () => {
      shown = await theWindow.notifications();
      return shown.some((text) => text.includes(part));
    },
    10_000,
    () => (shown.length === 0 ? 'none is shown' : shown.join('\n')),
  );
}
