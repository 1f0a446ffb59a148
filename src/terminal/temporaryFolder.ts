import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A folder for the files of one run.
 * @throws Error whose message is for the user, when it cannot be made
 */
export async function temporaryFolder(): Promise<string> {
  const parent = tmpdir();
  try {
    return await mkdtemp(join(parent, 'understudy-'));
  } catch (error) {
    const variable = process.platform === 'win32' ? 'TEMP' : 'TMPDIR';
    throw new Error(
      `Temporary files cannot be written into ${parent}; name another folder by the environment variable ${variable}.`,
      { cause: error },
    );
  }
}
