/** Only one process at a time writes a model: two windows on one folder, or a window and a terminal, take turns. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { check } from 'proper-lockfile';
import * as v from 'valibot';
import { localMinute } from '../../protocol/localDate';
import { tryLock, type HeldLock } from '../heldLock';
import { makeFolder, notWritten, patiently, removeEmpty } from './saveFile';

const STALE_MILLISECONDS = 30_000;
/** Taking a lock takes milliseconds; a process that needs so long was killed meanwhile. */
const TURN_STALE_MILLISECONDS = 5_000;
const TURN_RETRY_MILLISECONDS = 50;
const PLACE_ATTEMPTS = 10;
const TURN_ATTEMPTS = (2 * TURN_STALE_MILLISECONDS) / TURN_RETRY_MILLISECONDS;

const holderSchema = v.object({ pid: v.number(), host: v.string(), since: v.string() });

export interface ModelLock {
  /** Aborts, with the sentence for the user, once the lock is lost. */
  readonly lost: AbortSignal;
  /**
   * To be called before each write.
   * @throws Error when the lock was lost meanwhile, so that the files may be another's
   */
  confirm(): void;
  release(): Promise<void>;
}

/**
 * Holds the lock of a model file, which need not exist, until it is released or the process ends. A folder that is made for it goes with
 * it, unless something was written there.
 * @throws Error that names who holds it
 */
export async function lockModel(modelPath: string): Promise<ModelLock> {
  const holderPath = holderPathOf(modelPath);
  const folder = dirname(modelPath);
  let made: string | null = null;
  let held: HeldLock;
  try {
    const makePlace = async () => {
      made = (await makeFolder(folder)) ?? made;
    };
    held = await inTurn(modelPath, makePlace, async () => {
      const taken = await take(modelPath, holderPath);
      const holder = { pid: process.pid, host: hostname(), since: new Date().toISOString() };
      try {
        await patiently(() => writeFile(holderPath, JSON.stringify(holder)));
      } catch (error) {
        // A full disk may have had room for its name alone.
        await patiently(() => rm(holderPath, { force: true })).catch(() => undefined);
        await taken.release();
        throw error;
      }
      return taken;
    });
  } catch (error) {
    await removeEmpty(folder, made);
    throw error instanceof LockedError ? error : notWritten(modelPath, error);
  }
  const { lost } = held;
  return {
    lost,
    confirm() {
      lost.throwIfAborted();
    },
    async release() {
      // A holder that is named there now may be another.
      if (!lost.aborted) {
        // Without the lock the name says nothing, so that one which cannot be removed is no reason to keep it.
        await patiently(() => rm(holderPath, { force: true })).catch(() => undefined);
        await held.release();
        await removeEmpty(folder, made);
      }
    },
  };
}

/** Does something while it holds the lock of a model file, see {@link lockModel}. */
export async function whileLocked(modelPath: string, work: () => Promise<void>): Promise<void> {
  const lock = await lockModel(modelPath);
  try {
    await work();
  } finally {
    await lock.release();
  }
}

/** Whether a process holds the lock of a model file, as a training in another window does; not one that was killed. */
export async function isModelInUse(modelPath: string): Promise<boolean> {
  if (!(await check(modelPath, { realpath: false, stale: STALE_MILLISECONDS }))) {
    return false;
  }
  const holder = await readHolder(holderPathOf(modelPath));
  return holder === null || isRunning(holder);
}

/** Whether a file beside the model file is part of its lock, which is to be left to {@link ModelLock.release}. */
export function isOfLock(modelPath: string, name: string): boolean {
  const model = basename(modelPath);
  return [`${model}.lock`, `${model}.turn.lock`, basename(holderPathOf(modelPath))].includes(name);
}

class LockedError extends Error {}

type Holder = v.InferOutput<typeof holderSchema>;

/**
 * Lets only one process at a time look at who holds a lock and take it. Otherwise one might see a new lock beside the name of its
 * previous holder, a dead process, and remove it.
 */
async function inTurn<T>(
  modelPath: string,
  makePlace: () => Promise<void>,
  work: () => Promise<T>,
): Promise<T> {
  const tryTurn = async (attempt = 1): Promise<HeldLock | null> => {
    await makePlace();
    try {
      return await tryLockOf(modelPath, `${modelPath}.turn`, TURN_STALE_MILLISECONDS);
    } catch (error) {
      // A process that had made the folder may have taken it away again just now.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT' && attempt < PLACE_ATTEMPTS) {
        return tryTurn(attempt + 1);
      }
      throw error;
    }
  };
  let turn = await tryTurn();
  for (let attempt = 1; turn === null && attempt < TURN_ATTEMPTS; attempt++) {
    await sleep(TURN_RETRY_MILLISECONDS);
    turn = await tryTurn();
  }
  if (turn === null) {
    throw lockedError(modelPath, null);
  }
  try {
    return await work();
  } finally {
    await turn.release();
  }
}

async function take(modelPath: string, holderPath: string): Promise<HeldLock> {
  const taken = await tryLockOf(modelPath, modelPath, STALE_MILLISECONDS);
  if (taken !== null) {
    return taken;
  }
  const holder = await readHolder(holderPath);
  if (holder === null || isRunning(holder)) {
    throw lockedError(modelPath, holder);
  }
  // Its process was killed; nothing else will take the lock away until it is stale.
  await patiently(() => rm(`${modelPath}.lock`, { recursive: true, force: true }));
  const left = await tryLockOf(modelPath, modelPath, STALE_MILLISECONDS);
  if (left === null) {
    throw lockedError(modelPath, null);
  }
  return left;
}

function tryLockOf(modelPath: string, path: string, stale: number): Promise<HeldLock | null> {
  const lostError = () =>
    new LockedError(
      `The lock of the model ${modelPath} was lost: another process took it while this computer slept, or it was deleted. Nothing more is written from here. Check that no other training of it is running, and train again.`,
    );
  return tryLock(path, { stale, lostError });
}

function lockedError(modelPath: string, holder: Holder | null): LockedError {
  const who =
    holder === null
      ? 'another process'
      : `process ${holder.pid} on ${holder.host} since ${localMinute(holder.since)}`;
  return new LockedError(
    `The model ${modelPath} is in use by ${who}, for example a training in another window or terminal. Wait for it to end, or cancel it there.`,
  );
}

const holderPathOf = (modelPath: string): string => `${modelPath}.holder.json`;

async function readHolder(path: string): Promise<Holder | null> {
  try {
    const parsed = v.safeParse(holderSchema, JSON.parse(await readFile(path, 'utf8')));
    return parsed.success ? parsed.output : null;
  } catch {
    // Absent or half written: the holder is just going, or was killed as it came.
    return null;
  }
}

/** Whether a process lives, as far as can be told from this machine. */
function isRunning({ pid, host }: Holder): boolean {
  if (host !== hostname()) {
    return true;
  }
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
