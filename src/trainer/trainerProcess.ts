/** The trainer's process: alone loads TensorFlow.js, and runs at a low priority. */
import { existsSync, readdirSync } from 'node:fs';
import { constants, getPriority, setPriority } from 'node:os';
import { serveTrainer } from './serveTrainer';
import { SIGTERM_STATUS } from './trainerChild';

/** Time for the parent to cancel. */
const PARENT_MILLISECONDS = 2000;

/** Linux keeps a priority for each thread, and later threads inherit that of the one that starts them. */
const threadFolder = '/proc/self/task';
const threads = existsSync(threadFolder) ? readdirSync(threadFolder).map(Number) : [0];
for (const thread of threads) {
  // The lowest priority would starve on a machine that is never idle; this one yields to whoever types. Where the user gave a lower
  // one, as by `nice`, an ordinary user may not raise it again.
  if (getPriority(thread) < constants.priority.PRIORITY_BELOW_NORMAL) {
    setPriority(thread, constants.priority.PRIORITY_BELOW_NORMAL);
  }
}
// Ctrl+C in a terminal reaches the whole group; the parent hears it too, and then cancels in good order.
process.on('SIGINT', () => undefined);
// So does what `timeout` sends, or a terminal that is closed. Where the parent does not end this process, it was meant alone.
for (const signal of ['SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    setTimeout(() => process.exit(SIGTERM_STATUS), PARENT_MILLISECONDS).unref();
  });
}
serveTrainer({ processPath: __filename });
