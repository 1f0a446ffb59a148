import { mkdir } from 'node:fs/promises';
import { tryLock, type HeldLock, type LockOptions } from '../heldLock';
import { realPath } from '../realPath';
import { isDiskFull } from '../training/saveFile';
import type { InstallContext } from './installProgress';
import { removeInstalled } from './removeInstalled';
import { CommandError } from './runCommand';

const STALE_MILLISECONDS = 10_000;
/** What npm, pip and a compiler say on a full disk, each among other things. */
const NO_ROOM = /\b(ENOSPC|EDQUOT)\b|no space left on device/i;

/**
 * Installs into a folder, which is created, while no other process does. The work is aborted if the lock is lost.
 * @param name of what is installed, as a sentence about it begins
 * @throws Error that says that it is being installed already, why the folder cannot be held, that it is held no more, or that the
 * disk is full
 */
export async function installAlone<T>(
  folder: string,
  name: string,
  context: InstallContext,
  work: (context: InstallContext) => Promise<T>,
): Promise<T> {
  const held = await hold(folder, name);
  try {
    const signals = context.signal === undefined ? [held.lost] : [held.lost, context.signal];
    const installed = await work({ ...context, signal: AbortSignal.any(signals) });
    held.lost.throwIfAborted();
    return installed;
  } catch (error) {
    throw lacksRoom(error)
      ? new Error(
          `${name} could not be installed into ${folder}, because the disk is full. Free some space and install again.`,
          { cause: error },
        )
      : error;
  } finally {
    await held.release();
  }
}

/**
 * Removes what was installed into a folder, while no other process installs into it: npm would list as whole what is removed meanwhile.
 * @param name as in {@link installAlone}
 * @param paths from the folder on, or absolute
 * @throws Error that says that it is being installed, or cannot be removed completely
 */
export async function removeAlone(folder: string, name: string, paths: readonly string[]): Promise<void> {
  let held: HeldLock | null;
  try {
    held = await tryLock(await realPath(folder), lockOptions(folder, name));
  } catch {
    // Where no lock can be made, nothing is being installed, and removing says what is wrong with the folder.
    await removeInstalled(name, folder, paths);
    return;
  }
  if (held === null) {
    throw isInstalling(folder, name);
  }
  try {
    await removeInstalled(name, folder, paths);
  } finally {
    await held.release();
  }
}

function lacksRoom(error: unknown): boolean {
  return (
    error instanceof Error &&
    (isDiskFull(error) ||
      (error instanceof CommandError && NO_ROOM.test(error.output)) ||
      lacksRoom(error.cause))
  );
}

async function hold(folder: string, name: string): Promise<HeldLock> {
  let held: HeldLock | null;
  try {
    await mkdir(folder, { recursive: true });
    held = await tryLock(await realPath(folder), lockOptions(folder, name));
  } catch (error) {
    throw new Error(
      `${name} cannot be installed into ${folder} (${(error as Error).message}). Check that you may write there, and install again.`,
      { cause: error },
    );
  }
  if (held === null) {
    throw isInstalling(folder, name);
  }
  return held;
}

const lockOptions = (folder: string, name: string): LockOptions => ({
  stale: STALE_MILLISECONDS,
  lostError: () =>
    new Error(
      `${name} is no longer being installed into ${folder}, as the lock of that folder was lost, to another process while this computer slept or because it was deleted. See that no other installation of it runs, and install again.`,
    ),
});

const isInstalling = (folder: string, name: string): Error =>
  new Error(`${name} is being installed into ${folder} already. Wait until that has ended.`);
