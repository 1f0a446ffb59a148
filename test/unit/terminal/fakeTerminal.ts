import type { ProductPaths } from '../../../src/terminal/productPaths';
import { ProgressLine, type ProgressStream } from '../../../src/terminal/progressLine';
import type { Terminal } from '../../../src/terminal/terminal';

/**
 * A terminal that records what is written to it. Its stderr shows progress only if `columns` are given, or else now and then by the
 * clock, which stands still.
 */
export function fakeTerminal(columns?: number, product: Partial<ProductPaths> = {}) {
  const clock = { milliseconds: 0 };
  const written = { stdout: '', stderr: '' };
  const cancel = new AbortController();
  const stream: ProgressStream = {
    isTTY: columns !== undefined,
    columns: columns ?? 0,
    write: (text: string) => {
      written.stderr += text;
      return true;
    },
  };
  const progress = new ProgressLine(stream, () => clock.milliseconds);
  const terminal: Terminal = {
    write: (text) => {
      written.stdout += text;
    },
    note: (line) => {
      progress.note(line);
    },
    progress,
    readStdin: () => Promise.resolve(''),
    signal: cancel.signal,
    product: {
      trainer: '/nowhere/trainer.js',
      generator: '/nowhere/generator.js',
      kernel: '/nowhere/kernel.wasm',
      tokenizer: '/nowhere/tokenizer.json',
      baseModel: null,
      root: '/nowhere',
      version: '1.2.3',
      ...product,
    },
  };
  return { terminal, written, cancel, clock };
}
