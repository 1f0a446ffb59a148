/** Keeps measurements that took long, so that a bench that was interrupted, or that runs another part, need not repeat them. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export class KeptMeasurements {
  /**
   * @param folder where they are kept
   * @param again repeats what an earlier run has measured
   */
  constructor(
    private readonly folder: string,
    private readonly again: boolean,
  ) {}

  /**
   * What an earlier run measured under this name and the same conditions, else the result of `measure`. Null, for a peer
   * that is not installed, is not kept.
   * @param conditions everything that the figures depend on, as JSON values
   */
  async measured<T>(name: string, conditions: readonly unknown[], measure: () => Promise<T>): Promise<T> {
    const hash = createHash('sha256').update(JSON.stringify(conditions)).digest('hex').slice(0, 16);
    const path = join(this.folder, `${name}-${hash}.json`);
    const earlier = this.again ? null : await readJson(path);
    if (earlier !== null) {
      return earlier as T;
    }
    const measured = await measure();
    if (measured !== null) {
      await mkdir(this.folder, { recursive: true });
      await writeFile(`${path}.partial`, JSON.stringify(measured));
      await rename(`${path}.partial`, path);
    }
    return measured;
  }
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return null;
    }
    throw error;
  }
}
