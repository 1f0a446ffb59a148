import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Takes out of `told` what is told from now on: waits, on a busy machine long, until there is so much of it, and then a little for
 * what ought not to come.
 */
export async function untilTold(told: string[], lines: number): Promise<string[]> {
  const start = performance.now();
  while (told.length < lines && performance.now() - start < 20_000) {
    await sleep(5);
  }
  await sleep(lines === 0 ? 150 : 50);
  return told.splice(0);
}
