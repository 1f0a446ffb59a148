/** What stands in a folder, beyond what each system says of it by itself. */
import type { Dirent } from 'node:fs';
import { lstat } from 'node:fs/promises';

export type EntryType = Pick<Dirent, 'isDirectory' | 'isFile' | 'isSymbolicLink'>;

/** Windows lists all that has a reparse point as a link, what OneDrive keeps too; only a look at it tells them apart. */
export async function typeOf(entry: EntryType, path: string): Promise<EntryType> {
  return entry.isSymbolicLink() ? lstat(path).catch(() => entry) : entry;
}

/** macOS may keep a name decomposed, and finds it by either form; VS Code and Git compose its characters. */
export function composedName(name: string, platform: NodeJS.Platform = process.platform): string {
  return platform === 'darwin' ? name.normalize('NFC') : name;
}
