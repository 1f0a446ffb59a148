import assert from 'node:assert/strict';
import { sampleCursors, sampledText, scoreCursors } from '../../../bench/quality/sampledCursors';
import { scoreWordList } from '../../../bench/peers/wordList';

const text = 'The committee approved the annual budget of the school.\n'.repeat(40);
const files = [{ name: 'a.md', text }];

describe('sampled cursors', () => {
  it('are the same each time, within their stretches, five in each', () => {
    const stretches = sampleCursors(files, 50);
    assert.deepEqual(stretches, sampleCursors(files, 50));
    assert.equal(stretches.flatMap(({ cursors }) => cursors).length, 50);
    for (const { from, to, cursors } of stretches) {
      assert.ok(cursors.every((cursor) => cursor >= from && cursor < to && cursor > 0));
    }
  });

  it('score the accepted characters minus the key for them, and what was shown in vain', async () => {
    const stretches = [{ file: files[0], from: 0, to: 55, cursors: [3, 13] }];
    const suggestions: Record<number, string> = { 3: ' committee', 13: ' rejected' };
    const score = await scoreCursors(stretches, (_file, prefix) => suggestions[prefix.length]);
    assert.equal(score.keysSaved, 9 / 2);
    assert.equal(score.shownShare, 1);
    assert.equal(score.wrongShownShare, 1 / 2);
  });

  it('give a space to the word after it', () => {
    const stretch = { file: files[0], from: 4, to: 13 };
    assert.deepEqual(sampledText(stretch), { before: 'The', text: ' committee' });
  });
});

describe("VS Code's word list", () => {
  const keys = (train: string, test: string) =>
    scoreWordList([{ name: 'a', text: train }], [{ name: 'b', text: test }], { characters: 1e6, seed: 1 });

  it('saves the rest of the only word with its first letter: it takes one letter and one key', () => {
    assert.equal(keys('committee', 'committee').savedShare, 1 - 2 / 9);
  });

  it('costs a key for each row above the word, or letters until it is the only one', () => {
    assert.equal(keys('cat committee', 'committee').savedShare, 1 - 3 / 9);
  });

  it('saves nothing in words that no open file holds', () => {
    assert.equal(keys('budget', 'committee').savedShare, 0);
  });
});
