/** The entries of a folder, where systems report them differently. */
import type { Dirent } from 'node:fs';
import { lstat } from 'node:fs/promises';

export type EntryType = Pick<Dirent, 'isDirectory' | 'isFile' | 'isSymbolicLink'>;

/** Windows lists every entry with a reparse point as a link, also what OneDrive keeps; lstat tells the real links. */
export async function typeOf(entry: EntryType, path: string): Promise<EntryType> {
  return entry.isSymbolicLink() ? lstat(path).catch(() => entry) : entry;
}

/** macOS may list a name with decomposed characters and opens it by either form; VS Code and Git use composed ones. */
export function composedName(name: string, platform: NodeJS.Platform = process.platform): string {
  return platform === 'darwin' ? name.normalize('NFC') : name;
}
