import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { asError } from '../protocol/asError';

/**
 * Reads a whole file without blocking the thread, however slow the disk is.
 * @param what what the file is, to begin a sentence about it
 * @throws Error with one sentence when it cannot be read or has more than `largest` bytes, by rejecting
 */
export async function readLimited(path: string, what: string, largest: number): Promise<Uint8Array> {
  try {
    const found = await stat(path);
    if (!found.isFile()) {
      // A pipe would be waited for, and a device read, without end.
      throw new Error('it is not an ordinary file');
    }
    if (found.size <= largest) {
      return await readFile(path);
    }
  } catch (error) {
    const detail = asError(error).message;
    throw new Error(`${what} ${path} cannot be read (${detail}). Check that it exists.`, {
      cause: error,
    });
  }
  throw new Error(
    `${what} ${basename(path)} is larger than ${Math.round(largest / 1024 ** 2)} MB and would be too slow. Choose a smaller one.`,
  );
}
