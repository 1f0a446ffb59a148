/**
 * Bits per byte that general compressors need for a test text after the training text: the size of an archive of both, minus that
 * of the training text alone. Null if the program is not installed.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** 7-Zip's PPMd, order 32, 1 GB. The program comes from `.cache/peers` or from the system. */
export function ppmdBitsPerByte(peersFolder: string, train: string, test: string): Promise<number | null> {
  return bitsPerByte(train, test, async (cwd, archive) => {
    await run(programIn(peersFolder, '7z'), ['a', '-m0=PPMd:o=32:mem=1g', archive, 'text'], { cwd });
    return `${archive}.7z`;
  });
}

/** zpaq at its strongest, `-m5`: mixed context models. The program comes from `.cache/peers` or from the system. */
export function zpaqBitsPerByte(peersFolder: string, train: string, test: string): Promise<number | null> {
  const program = programIn(peersFolder, 'zpaq');
  return bitsPerByte(train, test, async (cwd, archive) => {
    await run(program, ['a', `${archive}.zpaq`, 'text', '-m5', '-t1'], { cwd });
    return `${archive}.zpaq`;
  });
}

function programIn(peersFolder: string, name: string): string {
  const fetched = join(peersFolder, name);
  return existsSync(fetched) ? fetched : name;
}

async function bitsPerByte(
  train: string,
  test: string,
  pack: (folder: string, archive: string) => Promise<string>,
): Promise<number | null> {
  const folder = await mkdtemp(join(tmpdir(), 'understudy-peer-'));
  const sizeOf = async (archive: string, text: string) => {
    // The file has the same name in both archives, so that only the text differs.
    await writeFile(join(folder, 'text'), text);
    return (await stat(join(folder, await pack(folder, archive)))).size;
  };
  try {
    const seen = await sizeOf('seen', train);
    const both = await sizeOf('both', train + test);
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
