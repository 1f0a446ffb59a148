import promises from 'node:fs/promises';
import { mock } from 'node:test';

/** Runs work as on Windows, where another program, such as a virus scanner, first holds each file that is to be removed. */
export async function whileHeldOnWindows<T>(work: () => Promise<T>): Promise<T> {
  const { platform } = process;
  const { rm } = promises;
  const refused = new Set<string>();
  const mocked = mock.method(promises, 'rm', async (path: string, options: object) => {
    if (!refused.has(path)) {
      refused.add(path);
      throw Object.assign(new Error(`EBUSY: resource busy or locked, unlink '${path}'`), { code: 'EBUSY' });
    }
    await rm(path, options);
  });
  Object.defineProperty(process, 'platform', { value: 'win32' });
  try {
    return await work();
  } finally {
    Object.defineProperty(process, 'platform', { value: platform });
    mocked.mock.restore();
  }
}
