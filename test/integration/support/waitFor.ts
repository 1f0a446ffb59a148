import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Calls `probe` until it returns something other than undefined, false and an empty string.
 * @throws after `timeout` milliseconds, naming what was awaited and, by `seen`, what was there instead
 */
export async function waitFor<T>(
  what: string,
  probe: () => T | Promise<T>,
  timeout = 10_000,
  seen: () => string | Promise<string> = () => 'nothing came',
): Promise<Exclude<T, undefined | false | ''>> {
  const end = Date.now() + timeout;
  for (;;) {
    const answer = await probe();
    if (answer !== undefined && answer !== false && answer !== '') {
      return answer as Exclude<T, undefined | false | ''>;
    }
    if (Date.now() > end) {
      throw new Error(`Waited ${timeout / 1000} s in vain for ${what}; ${await seen()}.`);
    }
    await sleep(50);
  }
}
