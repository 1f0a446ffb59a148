/** The record of an installation: written last, so that it proves that the installation is complete. */
import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import * as v from 'valibot';
import { writeWholeFile } from '../training/saveFile';
import { fileHash } from './fileHash';
import { nativePaths } from './pinnedFiles';

const RecordSchema = v.object({
  /** What TensorFlow said of itself when it was tried. */
  tensorflowVersion: v.string(),
  /** SHA-256 by path below the folder, of all native code. */
  files: v.record(v.string(), v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))),
});

export type InstallRecord = Readonly<v.InferOutput<typeof RecordSchema>>;

export async function writeRecord(
  folder: string,
  tensorflowVersion: string,
  signal?: AbortSignal,
): Promise<InstallRecord> {
  const files: Record<string, string> = {};
  for (const path of await nativeFiles(folder)) {
    const hash = await fileHash(path, signal);
    if (hash !== null) {
      files[relative(folder, path)] = hash;
    }
  }
  const record = { tensorflowVersion, files };
  await writeWholeFile(nativePaths(folder).record, Buffer.from(`${JSON.stringify(record, null, 2)}\n`));
  return record;
}

/** The record of what stands in `folder`; null when there is none or a file is missing or differs from it. */
export async function verifiedRecord(folder: string, signal?: AbortSignal): Promise<InstallRecord | null> {
  let record: InstallRecord;
  try {
    record = v.parse(RecordSchema, JSON.parse(await readFile(nativePaths(folder).record, 'utf8')));
  } catch {
    return null;
  }
  for (const [path, expected] of Object.entries(record.files)) {
    if ((await fileHash(join(folder, path), signal)) !== expected) {
      return null;
    }
  }
  return record;
}

/** The binding and TensorFlow's libraries, wherever they were installed; links are not followed. */
async function nativeFiles(folder: string): Promise<string[]> {
  const { packageFolder, librariesFolder } = nativePaths(folder);
  const places = [join(packageFolder, 'lib'), join(packageFolder, 'deps'), librariesFolder];
  const found: string[] = [];
  for (const place of places.filter((path) => existsSync(path))) {
    for (const entry of await readdir(place, { recursive: true, withFileTypes: true })) {
      if (entry.isFile() && /\.(node|dll|dylib|so)(\.|$)/.test(entry.name)) {
        found.push(join(entry.parentPath, entry.name));
      }
    }
  }
  return found.sort();
}
