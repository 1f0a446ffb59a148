import assert from 'node:assert/strict';
import fc from 'fast-check';
import { continuationTable } from '../../../../src/model/generation/wordContinuation';
import { firstWord, withoutHalfEscape, wordEnds } from '../../../../src/model/generation/wordUnits';
import { shippedTokenizer as tokenizer } from '../../../support/shippedTokenizer';

const cut = (before: string, text: string) => {
  const ends = [0, ...wordEnds(before, text)];
  return ends.slice(1).map((end, i) => text.slice(ends[i], end));
};

describe('words of a suggestion', () => {
  it('keep the white space before them', () => {
    assert.deepEqual(cut('The ', 'quick brown fox, '), ['quick', ' brown', ' fox', ',']);
  });

  it('complete a half-typed word first', () => {
    assert.deepEqual(cut('under', 'stood it'), ['stood', ' it']);
  });

  it('are found in Chinese, which has no spaces', () => {
    assert.deepEqual(cut('我们', '学习中文。'), ['学习', '中文', '。']);
  });

  it('are a dash and an ellipsis of Chinese as a whole, which are two characters each', () => {
    assert.deepEqual(cut('', '……他说——是'), ['……', '他', '说', '——', '是']);
    assert.deepEqual(cut('他说—', '—是…'), ['—', '是', '…']);
    assert.equal(firstWord('他说', '——'), '——');
  });

  it('are taken one at a time', () => {
    assert.equal(firstWord('The ', 'quick brown'), 'quick');
    assert.equal(firstWord('', '我们学习中文'), '我们');
    assert.equal(firstWord('', 'React组件'), 'React');
    assert.equal(firstWord('', '2024年3月'), '2024');
    assert.equal(firstWord('今天', '。明天'), '。');
    assert.equal(firstWord('我明', '天天不亮就走'), '天', 'the half-typed word 明天 comes first, not 天天');
    assert.equal(firstWord('', '  '), '  ');
  });

  it('keep the backslash of a command or an escape', () => {
    assert.deepEqual(cut('So ', String.raw`\alpha \(x\) \\`), ['\\alpha', ' \\(', 'x', '\\)', ' \\\\']);
    assert.deepEqual(cut('\\', '\\[1em]'), ['\\', '[', '1em', ']']);
    assert.deepEqual(cut('\\', 'alpha'), ['alpha']);
    assert.equal(firstWord('', '\\item One'), '\\item');
  });

  it('do not end with a backslash that begins a command or an escape, but with one that ends a line of LaTeX', () => {
    assert.equal(withoutHalfEscape('So ', 'x = 1 \\'), 'x = 1 ');
    assert.equal(withoutHalfEscape('So ', 'x = 1 \\\\'), 'x = 1 \\\\');
    assert.equal(withoutHalfEscape('x = 1 \\', '\\'), '\\');
    assert.equal(withoutHalfEscape('x = 1 \\\\', '\\'), '');
    assert.equal(withoutHalfEscape('So ', 'x = 1'), 'x = 1');
  });

  it('end before a narrow no-break space, as before French punctuation', () => {
    assert.deepEqual(cut('« Tu ', 'viens\u202f?\u202f» 12\u202f500'), [
      'viens',
      '\u202f?',
      '\u202f»',
      ' 12\u202f500',
    ]);
    assert.deepEqual(cut('viens', '\u202f?'), ['\u202f?']);
    assert.equal(firstWord('', 'viens\u202f?'), 'viens');
  });

  it('joined, are the text less the white space at its end', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (before, text) => {
        const ends = wordEnds(before, text);
        assert.ok(ends.every((end, i) => end > (ends[i - 1] ?? 0) && end <= text.length));
        assert.equal(text.slice(ends.at(-1) ?? 0).trim(), '');
      }),
    );
  });
});

describe('tokens that go on with a word', () => {
  const goesOn = (text: string, token: string) => {
    const [tokenId, ...more] = tokenizer.encode(token);
    assert.equal(more.length, 0, `"${token}" is one token`);
    return continuationTable(tokenizer, text)?.[tokenId] === 1;
  };
  it('are letters after a letter, not spaces or signs', () => {
    assert.equal(goesOn('the', 're'), true);
    assert.equal(goesOn('the', ' same'), false);
    assert.equal(goesOn('the', '.'), false);
  });
  it('are parts of letters, too, in scripts of two or three bytes a letter', () => {
    const goesOnWithByte = (text: string, byte: number) => {
      const tokenId = Array.from({ length: tokenizer.vocabSize }, (_, id) => id).find((id) => {
        const bytes = tokenizer.tokenBytes(id);
        return bytes.length === 1 && bytes[0] === byte;
      });
      return continuationTable(tokenizer, text)?.[tokenId!] === 1;
    };
    for (const [word, next] of [
      ['слов', 'о'],
      ['सभ', 'ी'],
      ['한국', '어'],
      ['ti', 'ế'],
    ]) {
      assert.equal(goesOnWithByte(word, Buffer.from(next)[0]), true, `${word} goes on with ${next}`);
    }
    for (const sign of ['…', '—', '。', '中', 'カ', '🎉']) {
      assert.equal(goesOnWithByte('word', Buffer.from(sign)[0]), false, `word does not go on with ${sign}`);
    }
  });
  it('are none after a sign, a space or a script without spaces', () => {
    assert.equal(continuationTable(tokenizer, 'foo('), null);
    assert.equal(continuationTable(tokenizer, 'foo '), null);
    for (const text of ['中文', 'かな', 'ภาษาไทย', 'ພາສາລາວ', 'ភាសាខ្មែរ', 'မြန်မာစာ']) {
      assert.equal(continuationTable(tokenizer, text), null, text);
    }
    assert.equal(continuationTable(tokenizer, ''), null);
  });
});
