import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Bits per byte that 7-Zip's PPMd (order 32, 1 GB) needs for the test text once it has seen the training text: the sizes of
 * the archives of both and of the training text alone, subtracted. Null where `7z` is not installed.
 */
export async function ppmdBitsPerByte(train: string, test: string): Promise<number | null> {
  const folder = await mkdtemp(join(tmpdir(), 'understudy-ppmd-'));
  try {
    const seen = await archiveSize(folder, 'seen', train);
    const both = await archiveSize(folder, 'both', train + test);
    return (8 * (both - seen)) / Buffer.byteLength(test);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return null;
    }
    throw error;
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function archiveSize(folder: string, name: string, text: string): Promise<number> {
  // Both archives hold a file of the same name, so that only the text differs.
  await writeFile(join(folder, 'text'), text);
  await run('7z', ['a', '-m0=PPMd:o=32:mem=1g', `${name}.7z`, 'text'], { cwd: folder });
  return (await stat(join(folder, `${name}.7z`))).size;
}
