/** A lock that other processes respect, and that tells when it was lost. */
import fs from 'node:fs';
import { mkdir, rmdir } from 'node:fs/promises';
import { callbackify } from 'node:util';
import { lock } from 'proper-lockfile';
import { patiently } from './training/saveFile';

/** On Windows a folder that was just removed, while another program looked at it, cannot be made again for a moment; nor be removed. */
const patientFileSystem = {
  ...fs,
  mkdir: callbackify((path: string) => patiently(() => mkdir(path))),
  rmdir: callbackify((path: string) => patiently(() => rmdir(path))),
};
const UPDATE_MILLISECONDS = 5_000;

export interface HeldLock {
  /** Aborts, with {@link LockOptions.lostError}, once the lock is another's or gone. */
  readonly lost: AbortSignal;
  /** Does nothing when it is lost. */
  release(): Promise<void>;
}

interface LockOptions {
  /** Milliseconds after which the lock of a process that was killed may be taken. */
  readonly stale: number;
  readonly lostError: () => Error;
}

/**
 * Holds the folder `path`.lock, where `path` need not exist, until it is released or the process ends.
 * @returns null when another process holds it
 * @throws Error of the file system, when the folder cannot be made
 */
export async function tryLock(path: string, { stale, lostError }: LockOptions): Promise<HeldLock | null> {
  const lost = new AbortController();
  // By default the loss is thrown out of a timer, which would end the process, the extension host too.
  const onCompromised = () => {
    lost.abort(lostError());
  };
  try {
    const release = await lock(path, {
      fs: patientFileSystem,
      realpath: false,
      stale,
      update: UPDATE_MILLISECONDS,
      onCompromised,
    });
    return { lost: lost.signal, release: async () => (lost.signal.aborted ? undefined : release()) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ELOCKED') {
      return null;
    }
    throw error;
  }
}
