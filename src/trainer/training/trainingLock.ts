/** Only one process at a time writes a model: two windows on one folder, or a window and a terminal, take turns. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { lock } from 'proper-lockfile';
import * as v from 'valibot';
import { notWritten } from './saveFile';

const STALE_MILLISECONDS = 30_000;
const UPDATE_MILLISECONDS = 5_000;

const holderSchema = v.object({ pid: v.number(), host: v.string(), since: v.string() });

/**
 * Holds the lock of a model file, which need not exist, until the returned function is called or the process ends.
 * @throws Error that names who holds it
 */
export async function lockModel(modelPath: string): Promise<() => Promise<void>> {
  const lockPath = `${modelPath}.lock`;
  const holderPath = `${modelPath}.holder.json`;
  const take = (): Promise<() => Promise<void>> =>
    lock(modelPath, {
      realpath: false,
      lockfilePath: lockPath,
      stale: STALE_MILLISECONDS,
      update: UPDATE_MILLISECONDS,
    });
  let release: () => Promise<void>;
  try {
    await mkdir(dirname(modelPath), { recursive: true });
    release = await take().catch(async (error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'ELOCKED') {
        throw error;
      }
      const holder = await readHolder(holderPath);
      if (holder === null || isRunning(holder)) {
        throw lockedError(modelPath, holder);
      }
      // Its process was killed; nothing else will take the lock away until it is stale.
      await rm(lockPath, { recursive: true, force: true });
      return take();
    });
    await writeFile(
      holderPath,
      JSON.stringify({ pid: process.pid, host: hostname(), since: new Date().toISOString() }),
    );
  } catch (error) {
    throw error instanceof LockedError ? error : notWritten(modelPath, error);
  }
  return async () => {
    await rm(holderPath, { force: true });
    await release();
  };
}

class LockedError extends Error {}

type Holder = v.InferOutput<typeof holderSchema>;

function lockedError(modelPath: string, holder: Holder | null): LockedError {
  const who =
    holder === null ? 'another process' : `process ${holder.pid} on ${holder.host} since ${holder.since}`;
  return new LockedError(
    `The model ${modelPath} is in use by ${who}, for example a training in another window or terminal. Wait for it to end, or cancel it there.`,
  );
}

async function readHolder(path: string): Promise<Holder | null> {
  try {
    const parsed = v.safeParse(holderSchema, JSON.parse(await readFile(path, 'utf8')));
    return parsed.success ? parsed.output : null;
  } catch {
    // Absent or half written: the holder has just come or is just going.
    return null;
  }
}

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
