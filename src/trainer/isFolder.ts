import { stat } from 'node:fs/promises';

/** Whether a path leads to a folder; one that cannot be examined leads to none. */
export function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
