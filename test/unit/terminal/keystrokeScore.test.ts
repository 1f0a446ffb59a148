import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_KEYSTROKES, scoreKeystrokes } from '../../../src/terminal/keystrokeScore';
import { fakeTerminal } from './fakeTerminal';

/** Suggests the word only if the typed text has been learned since the last suggestion; the first answer is late. */
const WORKER = `
const { parentPort } = require('node:worker_threads');
let learned = false;
parentPort.on('message', ({ kind, id, document }) => {
  if (kind === 'complete') {
    const insertText = learned && document.prefix.endsWith('say ') ? 'lantern' : '';
    const answer = { kind: 'completed', id, insertText, confidence: 1, source: 'generated', milliseconds: 1 };
    setTimeout(() => parentPort.postMessage(answer), document.prefix === '' ? 200 : 0);
  } else {
    parentPort.postMessage({ kind: { loadModel: 'modelLoaded', learnFiles: 'filesLearned', learnTyped: 'typedLearned' }[kind], id });
  }
  learned = kind === 'learnTyped';
});
`;

describe('the keys that ghost text saves', () => {
  it('are counted for a user who types slowly enough for what was typed to be learned', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'understudy-keys-'));
    try {
      const generator = join(folder, 'worker.cjs');
      await writeFile(generator, WORKER);
      const { terminal } = fakeTerminal(undefined, { generator });
      const test = [{ uri: 'file:///a.md', text: 'they say lantern\n', recent: false }];
      const { keys, characters, milliseconds } = await scoreKeystrokes(
        terminal,
        { known: [], test },
        null,
        DEFAULT_KEYSTROKES,
      );
      assert.deepEqual([keys, characters, milliseconds.answers], [10, 16, 10]);
      assert.ok(milliseconds.p99 > 190 && milliseconds.p50 < milliseconds.p99);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
