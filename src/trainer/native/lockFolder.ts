import { lock } from 'proper-lockfile';

/**
 * Holds a folder for one installation.
 * @param name of what is installed, as a sentence about it begins
 * @returns what gives the folder free
 * @throws Error that says that it is being installed already, or why the folder cannot be held
 */
export async function lockFolder(folder: string, name: string): Promise<() => Promise<void>> {
  try {
    return await lock(folder);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Error(
      code === 'ELOCKED'
        ? `${name} is being installed into ${folder} already. Wait until that has ended.`
        : `${name} cannot be installed into ${folder} (${message}). Check that you may write there, and install again.`,
      { cause: error },
    );
  }
}
