import { readFile } from 'node:fs/promises';

/**
 * What is read of a file or a folder; null where there is none.
 * @throws Error with a sentence for the user when it cannot be read
 */
export async function ifPresent<T>(path: string, read: (path: string) => Promise<T>): Promise<T | null> {
  try {
    return await read(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') {
      return null;
    }
    // Where `UNDERSTUDY_HOME` names a file, no permission would help.
    const sentence =
      code === 'ENOTDIR'
        ? `${path} cannot be read, as a file stands where a folder should be.`
        : `${path} cannot be read; check that you may open it.`;
    throw new Error(sentence, { cause: error });
  }
}

/** The bytes of a file, see {@link ifPresent}. */
export const readIfPresent = (path: string): Promise<Buffer | null> =>
  ifPresent(path, (file) => readFile(file));
