import { mock } from 'node:test';
import { setImmediate } from 'node:timers/promises';

/** With mocked timers: lets the held locks be renewed, as they are every few seconds, and waits until that is done. */
export async function whileSecondsPass(): Promise<void> {
  mock.timers.tick(6_000);
  const start = performance.now();
  while (performance.now() - start < 300) {
    await setImmediate();
  }
}
