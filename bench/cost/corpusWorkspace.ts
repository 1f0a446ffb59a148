/** Builds workspaces of given sizes from whole documents that people wrote. */
import { execFile } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { shuffledIndices } from '../../src/trainer/data/shuffledIndices';

const run = promisify(execFile);
const SEED = 1;
const MOST_UNPACKED_BYTES = 1 << 30;

/** Documents of all *.txt.xz files in a folder, separated by lines that hold only a form feed, in a fixed random order. */
export async function readDocuments(corpus: string): Promise<string[]> {
  const found = await readdir(corpus).catch(() => []);
  const names = found.filter((name) => name.endsWith('.txt.xz')).sort();
  const documents: string[] = [];
  for (const name of names) {
    documents.push(
      ...(await unpack(join(corpus, name))).split(/^\f\n/m).filter((text) => text.trim() !== ''),
    );
  }
  if (documents.length === 0) {
    throw new Error(`${corpus} holds no documents (*.txt.xz); name another folder with --corpus.`);
  }
  return Array.from(shuffledIndices(documents.length, SEED), (i) => documents[i]);
}

export async function unpack(path: string): Promise<string> {
  const { stdout } = await run('xz', ['-dc', path], {
    maxBuffer: MOST_UNPACKED_BYTES,
    encoding: 'utf8',
  });
  return stdout;
}

/**
 * Writes the first documents that fit into `bytes`, each as its own file, none twice.
 * @throws Error when there are not enough documents
 */
export async function writeWorkspace(
  folder: string,
  documents: readonly string[],
  bytes: number,
): Promise<void> {
  await mkdir(folder);
  let written = 0;
  for (const [i, text] of documents.entries()) {
    const size = Buffer.byteLength(text);
    if (written + size <= bytes) {
      await writeFile(join(folder, `${i}.txt`), text);
      written += size;
    }
  }
  if (written < 0.9 * bytes) {
    throw new Error(
      `The corpus has only ${(written / 1e6).toFixed(1)} MB for a workspace of ${(bytes / 1e6).toFixed(1)} MB; leave that size out.`,
    );
  }
}
