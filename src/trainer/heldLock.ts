/** A lock between processes, which reports its own loss. */
import fs from 'node:fs';
import { mkdir, rmdir } from 'node:fs/promises';
import { callbackify } from 'node:util';
import { lock } from 'proper-lockfile';
import { patiently } from './training/saveFile';

/** How exactly FAT, as on memory sticks, keeps times. */
const FAT_MILLISECONDS = 2_000;
const UPDATE_MILLISECONDS = 5_000;

const lockFileSystem = {
  ...fs,
  // On Windows, while another program looks at a folder that was just removed, it can be neither made nor removed for a moment.
  mkdir: callbackify((path: string) => patiently(() => mkdir(path))),
  rmdir: callbackify((path: string) => patiently(() => rmdir(path))),
  /**
   * In whole steps of {@link FAT_MILLISECONDS}, which every file system keeps as they are. The library takes a lock for another's whose
   * time is not that of the very date that it has given here.
   */
  utimes(path: string, _accessed: Date, modified: Date, done: fs.NoParamCallback): void {
    modified.setTime(Math.ceil(modified.getTime() / FAT_MILLISECONDS) * FAT_MILLISECONDS);
    fs.utimes(path, modified, modified, done);
  },
};

export interface HeldLock {
  /** Aborts, with {@link LockOptions.lostError}, once the lock is another's or gone. */
  readonly lost: AbortSignal;
  /** Does nothing when it is lost. */
  release(): Promise<void>;
}

export interface LockOptions {
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
  // By default the loss is thrown from a timer, which would end the process, even the extension host.
  const onCompromised = () => {
    lost.abort(lostError());
  };
  try {
    const release = await lock(path, {
      fs: lockFileSystem,
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
