/** Files that are either the whole new content or the whole earlier one, whatever happens while they are written. */
import { randomInt } from 'node:crypto';
import { mkdir, open, readdir, realpath, rename, rm, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isFolder } from '../isFolder';

export type WriteFile = (path: string, bytes: Uint8Array) => Promise<void>;

/** What Windows says of a file that a virus scanner or an indexer holds for a moment. */
const HELD_BRIEFLY = new Set(['EPERM', 'EACCES', 'EBUSY']);
/** Milliseconds before each further try, two seconds together. */
const WAITS = [10, 30, 60, 100, 200, 400, 600, 600];
/** How temporary names go on after that of the file. A number alone may be that of a copy that the user keeps, such as `model.1`. */
const TEMPORARY = /^\d+\.partial$/;

/**
 * Writes to a temporary name beside the file, flushes it to the disk and renames it; makes the folder if need be. Where a link is,
 * the file that it leads to is replaced. A device or a pipe is not: whoever may write to its folder would remove it from the system.
 */
export const writeWholeFile: WriteFile = async (path, bytes) => {
  await makeFolder(dirname(path));
  const place = await realpath(path).catch(() => path);
  const earlier = await stat(place).catch(() => null);
  if (earlier?.isDirectory() === true) {
    // Windows would say only that it is not permitted to rename a file to it.
    throw Object.assign(new Error('EISDIR'), { code: 'EISDIR' });
  }
  if (earlier !== null && !earlier.isFile()) {
    throw new Error('it is not an ordinary file');
  }
  const temporary = `${place}.${randomInt(2 ** 32)}.partial`;
  try {
    const handle = await open(temporary, 'wx');
    try {
      // Goes on after a short write, as the last one before a disk is full, until all is written or the system refuses.
      await handle.writeFile(bytes);
      await handle.sync().catch(throwIfLost);
    } finally {
      await handle.close();
    }
    await patiently(() => rename(temporary, place));
  } catch (error) {
    await patiently(() => rm(temporary, { force: true })).catch(() => undefined);
    throw error;
  }
};

/**
 * Passes over a flush that the file system does not know or refuses, as some do that a virtual machine or a cloud shares
 * (https://github.com/microsoft/vscode/issues/10408): what is written there is written.
 */
function throwIfLost(error: unknown): void {
  if (isDiskFull(error) || (error as NodeJS.ErrnoException).code === 'EIO') {
    throw error;
  }
}

/**
 * Makes a folder, and those that it lies in, unless it is there. Windows refuses to make the root of a drive, which is there.
 * @returns the outermost folder that was made; null where none was
 */
export async function makeFolder(path: string): Promise<string | null> {
  try {
    return (await mkdir(path, { recursive: true })) ?? null;
  } catch (error) {
    if (!(await isFolder(path))) {
      throw error;
    }
    return null;
  }
}

/** Removes a folder and those that it lies in, up to what {@link makeFolder} has made, as far as they are empty. */
export async function removeEmpty(path: string, outermost: string | null): Promise<void> {
  try {
    for (
      let folder = path;
      outermost !== null && folder.length >= outermost.length;
      folder = dirname(folder)
    ) {
      await rmdir(folder);
    }
  } catch {
    // What was written stands in it, or another process makes use of it.
  }
}

/** Does something with a file, on Windows again and again for a while where another program holds it. */
export async function patiently(
  work: () => Promise<void>,
  isWindows = process.platform === 'win32',
): Promise<void> {
  for (const wait of isWindows ? WAITS : []) {
    try {
      await work();
      return;
    } catch (error) {
      if (!HELD_BRIEFLY.has((error as NodeJS.ErrnoException).code ?? '')) {
        throw error;
      }
      await sleep(wait);
    }
  }
  await work();
}

/** Removes what a process that was killed while writing the file left beside it. @throws Error with a sentence for the user */
export async function removeLeftovers(path: string): Promise<void> {
  const place = await realpath(path).catch(() => path);
  const folder = dirname(place);
  const prefix = `${basename(place)}.`;
  try {
    for (const name of await readdir(folder)) {
      if (name.startsWith(prefix) && TEMPORARY.test(name.slice(prefix.length))) {
        await patiently(() => rm(join(folder, name), { force: true }));
      }
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw notWritten(path, error);
    }
  }
}

/** Whether an error, or what caused it, is that there is no room on the disk. */
export function isDiskFull(error: unknown): boolean {
  const { code, cause } = error as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT' || (cause instanceof Error && isDiskFull(cause));
}

/** Whether Windows refused to replace the file itself, whose folder had taken the new one under another name. */
function isHeld({ code = '', syscall }: NodeJS.ErrnoException): boolean {
  return process.platform === 'win32' && syscall === 'rename' && HELD_BRIEFLY.has(code);
}

/** As {@link writeWholeFile}. @throws Error with a sentence for the user */
export const saveFile: WriteFile = (path, bytes) =>
  writeWholeFile(path, bytes).catch((error: unknown) => {
    throw notWritten(path, error);
  });

/** The sentence for a user whose file could not be written. */
export function notWritten(path: string, cause: unknown): Error {
  const { code, message } = cause as NodeJS.ErrnoException;
  const kept = 'What was there before is unchanged.';
  const sentence = isDiskFull(cause)
    ? `The disk is full, so ${path} could not be written. ${kept} Free some space and try again.`
    : isHeld(cause as NodeJS.ErrnoException)
      ? `${path} could not be written, because another program has it open or it is read-only. ${kept} Close it there, or permit writing, and try again.`
      : code === 'EROFS' || code === 'EACCES' || code === 'EPERM'
        ? `${path} could not be written, because its folder may not be written to. ${kept} Change its permissions and try again.`
        : code === 'EISDIR'
          ? `${path} could not be written, because a folder has that name. Give the name of a file.`
          : code === 'ENOTDIR' || code === 'EEXIST'
            ? `${path} could not be written, because a file stands where a folder should be. Give another place, or move the file away.`
            : `${path} could not be written (${message}). ${kept}`;
  return new Error(sentence, { cause });
}
