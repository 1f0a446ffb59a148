import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CompleteRequest, HalfChoice } from '../../../src/protocol/generatorProtocol';
import { DEFAULT_KEYSTROKES, scoreKeystrokes } from '../../../src/terminal/keystrokeScore';
import { fakeTerminal } from './fakeTerminal';

/**
 * After "say " it suggests "lantern light", but only if the typed text has been learned since the last suggestion. The first answer is
 * late. It keeps what it was asked in a file beside it.
 */
const WORKER = `
const { appendFileSync } = require('node:fs');
const { parentPort } = require('node:worker_threads');
const kinds = { loadModel: 'modelLoaded', loadHalf: 'halfLoaded', learnFiles: 'filesLearned', learnTyped: 'typedLearned' };
let learned = false;
parentPort.on('message', (request) => {
  const { kind, id, document } = request;
  if (kind === 'complete') {
    appendFileSync(__filename + '.asked', JSON.stringify(request) + '\\n');
    const insertText = learned && document.prefix.endsWith('say ') ? 'lantern light' : '';
    const answer = { kind: 'completed', id, insertText, confidence: 0.5 };
    setTimeout(() => parentPort.postMessage(answer), document.prefix === '' ? 200 : 0);
  } else {
    parentPort.postMessage({ kind: kinds[kind], id, description: 'A model', away: null });
  }
  learned = kind === 'learnTyped';
});
`;

describe('the keys that ghost text saves', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'understudy-keys-'));
    await writeFile(join(folder, 'worker.cjs'), WORKER);
  });
  afterEach(() => rm(folder, { recursive: true }));

  const typed = (text: string, half: HalfChoice | null = null) => {
    const offered = fakeTerminal(80, { generator: join(folder, 'worker.cjs') });
    const test = [{ uri: 'file:///a.md', text, recent: false }];
    const scored = scoreKeystrokes(offered.terminal, { known: [], test }, null, DEFAULT_KEYSTROKES, half);
    return { ...offered, scored };
  };
  const asked = async (): Promise<CompleteRequest[]> =>
    (await readFile(join(folder, 'worker.cjs.asked'), 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as CompleteRequest);

  it('are counted for a user who types slowly enough for what was typed to be learned', async () => {
    const { keys, characters, milliseconds } = await typed('they say lantern light\n').scored;
    assert.deepEqual([keys, characters, milliseconds.answers], [10, 22, 10]);
    assert.ok(milliseconds.p99 > 190 && milliseconds.p50 < milliseconds.p99);
    const [{ document, eagerness, isPatient }] = await asked();
    assert.deepEqual([document.languageId, eagerness, isPatient], ['markdown', 0.5, false]);
  });

  it('are those of a user from whom is learned, who waits for a language model where one is chosen', async () => {
    await typed('we say lamps\nwe say lantern glow\n', { kind: 'gguf', path: 'small.gguf' }).scored;
    const requests = await asked();
    const [first, last] = [requests[0], requests.at(-1)!];
    assert.ok(last.confidenceShift! < first.confidenceShift!, 'The lamps were no lantern.');
    assert.ok(last.takesWords! > first.takesWords!, 'Only one word of the second was right.');
    assert.ok(requests.every(({ isPatient }) => isPatient === true));
  });

  it('are not counted to the end where the user cancels', async () => {
    const { scored, written, cancel } = typed('they say lantern light\n');
    while (!written.stderr.includes('Typing… 0 %')) {
      await sleep(5);
    }
    cancel.abort(new Error('cancelled by the user'));
    await assert.rejects(scored, /^Error: cancelled by the user$/);
  });
});
