import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openedHalf } from '../../../src/terminal/textScores';
import { shippedTokenizer } from '../../support/shippedTokenizer';
import { fakeTerminal } from './fakeTerminal';

describe('a language model that a measurement mixes in', () => {
  it('is opened no further after Ctrl+C', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'understudy-scores-'));
    try {
      // In the place of the process that runs GGUF models; it never answers.
      writeFileSync(join(folder, 'llama.js'), "process.on('message', () => undefined);");
      const { terminal, cancel } = fakeTerminal(undefined, { generator: join(folder, 'generator.js') });
      const opening = openedHalf(terminal, { kind: 'gguf', path: join(folder, 'a.gguf') }, shippedTokenizer);
      cancel.abort();
      await assert.rejects(opening, /^Error: llama\.cpp ended \(SIGKILL\) while it loaded a\.gguf/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
