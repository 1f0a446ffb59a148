import { readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';

/** What npm leaves in a folder of its own. */
export const NPM_FILES = ['node_modules', 'package-lock.json', 'package.json'];

/** Whether there is something to remove, if only of an incomplete installation. */
export function isAnythingInstalled(folder: string): boolean {
  try {
    return readdirSync(folder).length > 0;
  } catch (error) {
    // A folder that cannot be read exists; removing it reports why.
    return !['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
  }
}

/**
 * @param name of what is removed, as a sentence about it begins
 * @param paths from the folder on, or absolute
 * @throws Error with a sentence for the user
 */
export async function removeInstalled(name: string, folder: string, paths: readonly string[]): Promise<void> {
  try {
    for (const path of paths) {
      // Windows removes no library that a process holds, and one that was just ended holds it for a moment more.
      await rm(resolve(folder, path), { recursive: true, force: true, maxRetries: 8, retryDelay: 60 });
    }
  } catch (error) {
    throw new Error(
      `${name} could not be removed completely from ${folder} (${(error as Error).message}). Close what still uses it, such as another window, and remove it again.`,
      { cause: error },
    );
  }
}
