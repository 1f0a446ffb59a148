import { join } from 'node:path';
import { productPaths } from '../src/terminal/productPaths';
import { ProgressLine } from '../src/terminal/progressLine';
import type { Terminal } from '../src/terminal/terminal';

/** What a bench works with as a command of the terminal tool does. */
export function benchTerminal(signal = new AbortController().signal): Terminal {
  const progress = new ProgressLine();
  return {
    write: (text) => void process.stdout.write(text),
    note: (line) => {
      progress.note(line);
    },
    progress,
    readStdin: () => Promise.reject(new Error('The bench reads nothing.')),
    signal,
    product: productPaths(join(__dirname, '..')),
  };
}
