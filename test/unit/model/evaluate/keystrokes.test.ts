import assert from 'node:assert/strict';
import fc from 'fast-check';
import { simulateTyping, type Suggest, type TypingOptions } from '../../../../src/model/evaluate/keystrokes';
import type { TypedText } from '../../../../src/model/evaluate/typedStretches';

/** Shows `suggestions[text before the cursor]`. */
function shows(suggestions: Readonly<Record<string, string>>): Suggest {
  return (_file, prefix) => Promise.resolve(suggestions[prefix] ?? '');
}

function type(text: string, suggest: Suggest, options?: TypingOptions) {
  const file: TypedText = { name: 'a.md', text };
  return simulateTyping([{ file, from: 0, to: text.length }], suggest, options);
}

describe('keystroke simulation', () => {
  it('saves nothing without suggestions', async () => {
    assert.deepEqual(await type('abc', shows({})), {
      characters: 3,
      keys: 3,
      savedShare: 0,
      shown: 0,
      wrongShownShare: 0,
      shownPer100Characters: 0,
      meanShownLength: 0,
      acceptedWhole: 0,
      acceptedWords: 0,
    });
  });

  it('takes a right suggestion whole for one key', async () => {
    const score = await type('the cat sat', shows({ the: ' cat sat' }));
    assert.equal(score.keys, 4);
    assert.equal(score.savedShare, 1 - 4 / 11);
    assert.equal(score.acceptedWhole, 1);
    assert.equal(score.wrongShownShare, 0);
    assert.equal(score.meanShownLength, 8);
    assert.equal(score.shownPer100Characters, 100 / 11);
  });

  it('takes the first word when only that is right, and does not count the rest as a second suggestion', async () => {
    const score = await type('the cat sat', shows({ the: ' cat ran', 'the cat': ' ran' }));
    assert.equal(score.keys, 3 + 1 + 4);
    assert.deepEqual([score.shown, score.acceptedWords, score.acceptedWhole], [1, 1, 0]);
    assert.equal(score.wrongShownShare, 0);
  });

  it('types that word if words are never taken, and reports when one is taken', async () => {
    const suggest = shows({
      the: ' cat ran',
      'the ': 'cat ran',
      'the c': 'at ran',
      'the ca': 't ran',
      'the cat': ' ran',
    });
    let taken = 0;
    const onWordTaken = () => {
      taken++;
    };
    const whole = await type('the cat sat', suggest, { takesWords: false, onWordTaken });
    assert.deepEqual(
      [whole.keys, whole.acceptedWords, whole.shown, whole.wrongShownShare, taken],
      [11, 0, 1, 1, 0],
    );
    await type('the cat sat', suggest, { onWordTaken });
    assert.equal(taken, 1);
  });

  it('counts a wrong suggestion once while its beginning is typed', async () => {
    const score = await type('cats', shows({ '': 'cart', c: 'art', ca: 'rt' }));
    assert.deepEqual([score.keys, score.shown, score.wrongShownShare], [4, 1, 1]);
  });

  it('does not take a suggestion that ends inside a word of the text', async () => {
    const score = await type('there', shows({ '': 'the' }));
    assert.deepEqual([score.keys, score.wrongShownShare], [5, 1]);
  });

  it('takes a suggestion anywhere in a text without spaces', async () => {
    const score = await type('我们今天去北京', shows({ 我们: '今天' }));
    assert.deepEqual([score.characters, score.keys, score.acceptedWhole], [7, 6, 1]);
  });

  it('counts a character outside the basic plane once', async () => {
    const score = await type('a😀b', shows({ a: '😀b' }));
    assert.deepEqual([score.characters, score.keys, score.meanShownLength], [3, 2, 2]);
  });

  it('asks only at stretches, with all text before them', async () => {
    const file = { name: 'a.md', text: 'one\ntwo\nsix' };
    const asked: string[] = [];
    const score = await simulateTyping([{ file, from: 8, to: 11 }], (_file, prefix) => {
      asked.push(prefix);
      return Promise.resolve('');
    });
    assert.deepEqual(asked, ['one\ntwo\n', 'one\ntwo\ns', 'one\ntwo\nsi']);
    assert.equal(score.characters, 3);
  });

  it('never uses more keys than characters, and writes every character', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: fc.constantFrom('a', 'b', ' ', '中', '😀'), minLength: 1 }),
        fc.array(fc.string({ unit: fc.constantFrom('a', 'b', ' ', '中', '😀') }), { minLength: 1 }),
        async (text, pool) => {
          const score = await type(text, (_file, prefix) =>
            Promise.resolve(pool[prefix.length % pool.length]),
          );
          assert.equal(score.characters, Array.from(text).length);
          assert.ok(score.keys >= 1 && score.keys <= score.characters);
          assert.ok(score.wrongShownShare >= 0 && score.wrongShownShare <= 1);
        },
      ),
    );
  });
});
