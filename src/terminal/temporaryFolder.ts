/** Folders for the files of one run, named after its process, so that a later run can remove those of one that was killed. */
import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRunning } from '../trainer/training/trainingLock';

/** Containers may share the folder, but not their processes. */
const PREFIX = `understudy-${hostname()}-`;

/** @throws Error whose message is for the user, when it cannot be made */
export async function temporaryFolder(): Promise<string> {
  const parent = tmpdir();
  await removeLeftovers(parent);
  try {
    return await mkdtemp(join(parent, `${PREFIX}${process.pid}-`));
  } catch (error) {
    const variable = process.platform === 'win32' ? 'TEMP' : 'TMPDIR';
    throw new Error(
      `Temporary files cannot be written into ${parent}; name another folder by the environment variable ${variable}.`,
      { cause: error },
    );
  }
}

/** What cannot be removed now is left to the next run. */
async function removeLeftovers(parent: string): Promise<void> {
  for (const name of await readdir(parent).catch(() => [])) {
    const pid = name.startsWith(PREFIX) ? /^(\d+)-\w+$/.exec(name.slice(PREFIX.length))?.[1] : undefined;
    const path = join(parent, name);
    if (pid !== undefined && !isRunning({ pid: Number(pid), host: hostname() }) && (await isOwn(path))) {
      await rm(path, { recursive: true, force: true }).catch(() => undefined);
    }
  }
}

async function isOwn(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => null);
  return found !== null && (process.getuid === undefined || found.uid === process.getuid());
}
