import assert from 'node:assert/strict';
import { CompositionGuess } from '../../../src/editor/compositionGuess';

/** The guess after each edit: offset, replaced length, text. */
function guesses(...edits: [number, number, string][]): boolean[] {
  const guess = new CompositionGuess();
  return edits.map(([offset, replacedLength, text]) => {
    guess.changed('draft', [{ rangeOffset: offset, rangeLength: replacedLength, text }]);
    return guess.isComposing('draft');
  });
}

describe('the guess about input methods', () => {
  it('sees Pinyin being spelled, until the characters stand', () => {
    assert.deepEqual(guesses([7, 0, 'n'], [7, 1, 'ni'], [7, 2, "ni'h"], [7, 4, '你好']), [
      false,
      true,
      true,
      false,
    ]);
  });

  it('sees Pinyin and Bopomofo whose beginning is chosen already', () => {
    assert.deepEqual(guesses([7, 2, 'ㄋㄧ'], [7, 2, '你'], [7, 1, '你ㄏ']), [false, false, true]);
    assert.deepEqual(guesses([7, 4, "ni'hao"], [7, 6, '你hao'], [7, 4, '你好']), [false, true, false]);
    assert.deepEqual(guesses([7, 0, '用'], [7, 1, '用React']), [false, false], 'a completion');
  });

  it('sees Kana and Hangul in the making', () => {
    assert.deepEqual(guesses([0, 0, 'k'], [0, 1, 'か'], [0, 1, '書']), [false, true, false]);
    assert.deepEqual(guesses([0, 0, 'ㅎ'], [0, 1, '하'], [0, 1, '한'], [1, 0, ' ']), [
      false,
      true,
      true,
      false,
    ]);
  });

  it('sees none in a letter that has taken the accent of a dead key', () => {
    assert.deepEqual(guesses([3, 0, '´'], [3, 1, 'é']), [false, false]);
    assert.deepEqual(guesses([3, 0, "'"], [3, 1, 'é']), [false, false]);
    assert.deepEqual(guesses([3, 0, '~'], [3, 1, 'ñ']), [false, false]);
    assert.deepEqual(guesses([3, 0, 'a'], [3, 1, 'â'], [3, 1, 'ấ']), [false, true, true], 'Vietnamese');
  });

  it('sees none in plain typing', () => {
    assert.deepEqual(guesses([0, 0, 'n'], [1, 0, 'i'], [2, 0, ' ']), [false, false, false]);
  });

  it('sees none in an accepted completion or a replaced selection', () => {
    assert.deepEqual(guesses([0, 0, 'c'], [1, 0, 'o'], [0, 2, 'console']), [false, false, false]);
    assert.deepEqual(guesses([9, 0, 'x'], [2, 4, 'word']), [false, false]);
    assert.deepEqual(guesses([4, 0, 'c'], [4, 1, 'console']), [false, false]);
    assert.deepEqual(guesses([4, 0, 'f'], [4, 1, 'for']), [false, false]);
  });

  it("sees none where VS Code's command accepts the space of a last word, and then the space and the word", () => {
    assert.deepEqual(guesses([47, 0, ' '], [47, 1, ' House']), [false, false]);
    assert.deepEqual(guesses([47, 0, ' '], [47, 1, ' I']), [false, false]);
  });

  it('sees none in an undo', () => {
    const guess = new CompositionGuess();
    guess.changed('draft', [{ rangeOffset: 4, rangeLength: 1, text: 'of' }]);
    guess.changed('draft', [{ rangeOffset: 4, rangeLength: 2, text: 'o' }], true);
    assert.equal(guess.isComposing('draft'), false);
    guess.changed('draft', [{ rangeOffset: 7, rangeLength: 0, text: 'n' }]);
    guess.changed('draft', [{ rangeOffset: 7, rangeLength: 1, text: 'ni' }]);
    guess.changed('draft', [{ rangeOffset: 7, rangeLength: 2, text: '' }], true);
    assert.equal(guess.isComposing('draft'), false, 'also one of what was being spelled');
  });

  it('sees none in an edit of several places', () => {
    const guess = new CompositionGuess();
    guess.changed('draft', [{ rangeOffset: 0, rangeLength: 0, text: 'a' }]);
    guess.changed('draft', [
      { rangeOffset: 0, rangeLength: 1, text: 'ab' },
      { rangeOffset: 9, rangeLength: 1, text: 'ab' },
    ]);
    assert.equal(guess.isComposing('draft'), false);
  });

  it('is not led astray by what a program writes into another document meanwhile', () => {
    const guess = new CompositionGuess();
    const output = [{ rangeOffset: 90, rangeLength: 0, text: 'built in 2 s' }];
    guess.changed('draft', [{ rangeOffset: 7, rangeLength: 0, text: 'n' }]);
    guess.changed('output', output);
    guess.changed('draft', [{ rangeOffset: 7, rangeLength: 1, text: 'ni' }]);
    guess.changed('output', output);
    assert.deepEqual([guess.isComposing('draft'), guess.isComposing('output')], [true, false]);
    guess.closed('draft');
    assert.equal(guess.isComposing('draft'), false);
  });
});
