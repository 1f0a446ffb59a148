import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Empties `told` and returns what was in it: waits until it has so many lines, for long on a busy machine, and then a little more
 * for lines that ought not to come.
 */
export async function untilTold(told: string[], lines: number): Promise<string[]> {
  // By the calendar, as some tests set the other clock forward.
  const start = Date.now();
  while (told.length < lines && Date.now() - start < 20_000) {
    await sleep(5);
  }
  await sleep(lines === 0 ? 150 : 50);
  return told.splice(0);
}
