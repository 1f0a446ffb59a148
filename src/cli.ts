/** The terminal tool: builds what its commands work with and runs one of them. */
import { join } from 'node:path';
import { addAbortSignal } from 'node:stream';
import { text } from 'node:stream/consumers';
import { COMMANDS } from './terminal/commands';
import { baseModelPath } from './terminal/keptModels';
import { productPaths } from './terminal/productPaths';
import { ProgressLine, resultWriter } from './terminal/progressLine';
import { EXIT_FAILED, runTool } from './terminal/runTool';
import { InterruptedError } from './terminal/terminal';

/** Signals closer than this are one: `timeout` sends its own to the process and then to the whole group. */
const AGAIN_MILLISECONDS = 500;

const cancel = new AbortController();
let cancelledAt = 0;
// SIGTERM comes from `timeout` and from a system shutdown, SIGHUP from a terminal that is closed; temporary files must be removed
// then, too.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (!cancel.signal.aborted) {
      cancelledAt = performance.now();
      cancel.abort(signal === 'SIGINT' ? undefined : new InterruptedError());
    } else if (performance.now() - cancelledAt > AGAIN_MILLISECONDS) {
      // Not by process.exit, which waits for a read that itself waits, as of a pipe that nobody writes to.
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    }
  });
}
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A reader that has seen enough, such as `head`, closes the pipe, of which Windows may say EOF; that is not an error.
  if (error.code === 'EPIPE' || error.code === 'EOF') {
    process.exit(0);
  }
  process.stderr.write(`The result could not be written to stdout (${error.message}).\n`);
  process.exit(EXIT_FAILED);
});
// Where nobody reads the progress, the result is still wanted.
process.stderr.on('error', () => undefined);

const progress = new ProgressLine();
// Both src and dist lie one folder below package.json.
const shipped = productPaths(join(__dirname, '..'));

void runTool(COMMANDS, process.argv.slice(2), {
  write: resultWriter(process.stdout),
  note: (line) => {
    progress.note(line);
  },
  progress,
  // A terminal that nobody types the end into would be read on and on.
  readStdin: () => text(addAbortSignal(cancel.signal, process.stdin)),
  signal: cancel.signal,
  product: { ...shipped, baseModel: baseModelPath(shipped) },
}).then((status) => {
  process.exitCode = status;
});
