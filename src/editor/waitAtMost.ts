import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits for work that may never come to an end, for so many milliseconds at most.
 * @throws what the work rejects with by then
 */
export async function waitAtMost(milliseconds: number, work: PromiseLike<unknown>): Promise<void> {
  const waited = new AbortController();
  try {
    await Promise.race([work, sleep(milliseconds, undefined, { signal: waited.signal })]);
  } finally {
    waited.abort();
  }
}
