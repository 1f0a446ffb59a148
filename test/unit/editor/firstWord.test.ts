import assert from 'node:assert/strict';
import fc from 'fast-check';
import { differsFromVsCode, firstWord } from '../../../src/editor/firstWord';

describe('the first word of a suggestion', () => {
  it('is one word of Chinese, not the run of characters', () => {
    assert.equal(firstWord('今天天气很好。'), '今天');
  });

  it('is a word with the space before it', () => {
    assert.equal(firstWord(' lamp in the window'), ' lamp');
  });

  it('is a mark where a mark comes first', () => {
    assert.equal(firstWord('。明天'), '。');
  });

  it('takes the text apart without loss', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (text) => {
        let rest = text;
        let taken = '';
        while (rest !== '') {
          const word = firstWord(rest);
          assert.notEqual(word, '');
          taken += word;
          rest = rest.slice(word.length);
        }
        assert.equal(taken, text);
      }),
    );
  });

  it("gets a key of our own only where VS Code's takes a space alone, a run of words, the last or an emoji", () => {
    assert.ok(differsFromVsCode('今天'));
    assert.ok(differsFromVsCode(' ひと'));
    assert.ok(differsFromVsCode(' lamp'));
    assert.ok(!differsFromVsCode('lamp 今天'));
    assert.ok(differsFromVsCode('lamp'));
    assert.ok(differsFromVsCode('🎉 lamp'));
    assert.ok(!differsFromVsCode('lamp 🎉'));
    assert.ok(!differsFromVsCode('한국어 사전'));
    assert.ok(!differsFromVsCode('\n  return'));
    assert.ok(!differsFromVsCode(' '));
  });
});
