import assert from 'node:assert/strict';
import { mkdtemp, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TrainingPlan } from '../../../src/protocol/trainerEvents';
import { heldOutTexts } from '../../../src/terminal/heldOutTexts';

const line = 'The keeper of the lamp walked along the harbour wall.\n';

describe('the texts that try measures on', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'understudy-held-out-'));
  });
  afterEach(() => rm(root, { recursive: true }));

  const texts = (shares: Readonly<Record<string, number>>, maxTestCharacters = 60_000) => {
    const files = Object.entries(shares).map(([path, heldOutShare]) => ({
      root,
      path,
      bytes: 1,
      heldOutShare,
    }));
    return heldOutTexts({ files } as unknown as TrainingPlan, maxTestCharacters);
  };

  it('are those of the plan, without files that have gone since', async () => {
    await Promise.all(['a.md', 'b.md', 'c.md'].map((name) => writeFile(join(root, name), name + line)));
    await unlink(join(root, 'b.md'));
    const { known, test } = await texts({ 'a.md': 0, 'b.md': 0, 'c.md': 1 });
    assert.deepEqual(
      [known, test].map((side) => side.map(({ text }) => text)),
      [['a.md' + line], ['c.md' + line]],
    );
    await unlink(join(root, 'c.md'));
    await assert.rejects(texts({ 'a.md': 0, 'c.md': 1 }), /kept aside cannot be read any more/);
  });

  it('are together no longer than was asked for', async () => {
    await Promise.all(['a.md', 'b.md', 'c.md'].map((name) => writeFile(join(root, name), line)));
    const { test } = await texts({ 'a.md': 1, 'b.md': 1, 'c.md': 1 }, line.length + 10);
    assert.deepEqual(
      test.map(({ text }) => text),
      [line, line.slice(0, 10)],
    );
  });

  it('are, of a huge file, only the beginning that was read for training', async () => {
    await writeFile(join(root, 'huge.txt'), line.repeat(100_000));
    const { known, test } = await texts({ 'huge.txt': 0.1 }, Infinity);
    assert.ok(known[0].text.length < 2 * 2 ** 20);
    assert.ok(known[0].text.length > 1.5 * 2 ** 20);
    assert.ok(test[0].text.length > 0);
    const learned = known[0].text.length;
    assert.ok(test[0].text.length < 0.95 * (learned / 9), 'some of it may have been learned');
  });

  it('are, of a file whose end is one long line, the end of that, from a word or a whole character on', async () => {
    const sentence = line.trim();
    const paragraph = `${sentence} `.repeat(40);
    for (const text of [paragraph, `${line}\n${paragraph}\n\n`, '𠀀'.repeat(407)]) {
      await writeFile(join(root, 'a.md'), text);
      const { known, test } = await texts({ 'a.md': 0.1 });
      const [learned, unseen] = [known[0].text, test[0].text];
      assert.ok(text.startsWith(learned) && text.endsWith(unseen));
      assert.ok(unseen.length > 0.05 * text.length, unseen);
      assert.ok(learned.length + unseen.length <= text.length, 'some of it is known');
      assert.match(unseen, /^[\w𠀀]/u);
      assert.match(learned, /[\s𠀀]$/u);
    }
  });
});
