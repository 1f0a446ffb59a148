import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { drawGhostLines } from '../../../src/terminal/drawGhostLines';
import { kernelBytes } from '../../support/kernelBytes';
import { fakeTerminal } from './fakeTerminal';

const root = join(__dirname, '../../..');
const line = 'The keeper of the lamp walked along the harbour wall. Then he saw the ship come in again.\n';

describe('ghost text drawn from test texts', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'understudy-drawn-'));
    await writeFile(join(folder, 'kernel.wasm'), await kernelBytes());
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('stops at sentence ends in the part of a prose text that was held out, as in a whole one', async () => {
    const { terminal } = fakeTerminal(undefined, {
      generator: join(root, 'test/support/generatorWorker.mjs'),
      kernel: join(folder, 'kernel.wasm'),
      tokenizer: join(root, 'models/base/tokenizer.json'),
    });
    const uriOf = (name: string) => pathToFileURL(join(folder, name)).href;
    const suggestionsIn = async (uri: string): Promise<string[]> => {
      const known = [{ uri: uriOf('first.md'), text: line.repeat(30), recent: false }];
      const test = [{ uri, text: line.repeat(8), recent: false }];
      const { lines } = await drawGhostLines(terminal, { known, test }, null, 4, 1);
      assert.equal(lines.length, 4);
      return lines.map(({ suggestion }) => suggestion);
    };
    const whole = await suggestionsIn(uriOf('second.md'));
    assert.ok(
      whole.some((suggestion) => suggestion.endsWith('wall.')),
      JSON.stringify(whole),
    );
    assert.deepEqual(await suggestionsIn(`${uriOf('second.md')}#held-out`), whole);
  });
});
