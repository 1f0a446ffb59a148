import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';

/**
 * A file read whole.
 * @param what the file is, as the user knows it
 * @throws Error with one sentence when it cannot be read or has more than `largest` bytes
 */
export function readLimited(path: string, what: string, largest: number): Uint8Array {
  try {
    if (statSync(path).size <= largest) {
      return readFileSync(path);
    }
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new Error(`The ${what} ${path} cannot be read (${detail}). Check that it exists.`, {
      cause: error,
    });
  }
  throw new Error(
    `The ${what} ${basename(path)} is larger than ${Math.round(largest / 1024 ** 2)} MB and would be too slow. Choose a smaller one.`,
  );
}
