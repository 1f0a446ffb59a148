/** Files that are either the whole new content or the whole earlier one, whatever happens while they are written. */
import { mkdir, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';

export type WriteFile = (path: string, bytes: Uint8Array) => Promise<void>;

/** Writes to a temporary name beside the file, flushes it to the disk and renames it; makes the folder if need be. */
export const writeWholeFile: WriteFile = async (path, bytes) => {
  await mkdir(dirname(path), { recursive: true });
  await writeFileAtomic(path, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
};

/** Removes what a process that was killed while writing the file left beside it. */
export async function removeLeftovers(path: string): Promise<void> {
  const folder = dirname(path);
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return;
    }
    throw notWritten(path, error);
  }
  const prefix = `${basename(path)}.`;
  for (const name of names) {
    if (name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length))) {
      await rm(join(folder, name), { force: true });
    }
  }
}

/** The sentence for a user whose file could not be written. */
export function notWritten(path: string, cause: unknown): Error {
  const { code, message } = cause as NodeJS.ErrnoException;
  const kept = 'What was there before is as it was.';
  const sentence =
    code === 'ENOSPC' || code === 'EDQUOT'
      ? `The disk is full, so ${path} could not be written. ${kept} Free some space and try again.`
      : code === 'EROFS' || code === 'EACCES' || code === 'EPERM'
        ? `${path} could not be written, because its folder may not be written to. ${kept} Change its permissions and try again.`
        : code === 'EISDIR'
          ? `${path} could not be written, because a folder has that name. Give the name of a file.`
          : `${path} could not be written (${message}). ${kept}`;
  return new Error(sentence, { cause });
}
