import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { withGenerator } from '../../../src/terminal/withGenerator';
import { fakeTerminal } from './fakeTerminal';

describe('a generator that is lent to a command', () => {
  it('is ended at once by Ctrl+C while a language model is opened, however long that takes', async () => {
    const { terminal, written, cancel } = fakeTerminal(undefined, {
      generator: resolve('test/support/scriptedWorker.mjs'),
    });
    const half = { kind: 'keras', path: 'HANG' } as const;
    const lent = withGenerator(terminal, { modelPath: null, files: [], half }, () => Promise.resolve());
    while (!written.stderr.includes('held')) {
      await sleep(5);
    }
    const start = performance.now();
    cancel.abort();
    await assert.rejects(lent, { name: 'AbortError' });
    // Else it is ended after a minute in which it has heard nothing.
    assert.ok(performance.now() - start < 30_000);
  });
});
