import fs from 'node:fs';
import { realpath } from 'node:fs/promises';
import { promisify } from 'node:util';

/** Node's own way, link by link. */
const followLinks = promisify(fs.realpath);

/**
 * The absolute path of a file or folder without links. Windows itself cannot tell it on some drives that programs make, such as RAM
 * disks and encrypted containers.
 * @param ofSystem asks the system
 * @throws Error of the system when there is nothing of that name
 */
export async function realPath(
  path: string,
  ofSystem: (path: string) => Promise<string> = realpath,
): Promise<string> {
  try {
    return await ofSystem(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EISDIR') {
      throw error;
    }
    return followLinks(path);
  }
}
