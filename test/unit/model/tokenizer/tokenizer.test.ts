import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { LibraryTokenizer } from '../../../../src/model/tokenizer/libraryTokenizer';
import { Tokenizer } from '../../../../src/model/tokenizer/tokenizer';

const json = JSON.parse(readFileSync('models/base/tokenizer.json', 'utf8')) as object;
const tokenizer = Tokenizer.fromJson(json);

const fragment = fc.constantFrom(
  'the',
  ' word',
  "don't",
  '’s',
  'Ünï',
  '\\section',
  '\\',
  '\\\\',
  '{x}',
  '  ',
  ' ',
  '\t',
  '\n',
  '\r\n',
  '\r',
  '12',
  '2024',
  '你好世界',
  '，',
  '。',
  '😀',
  '👩‍👩‍👧',
  '𝐀',
  'a\u0301',
  '<|endoftext|>',
  '\u00a0',
  '\u3000',
  '\ufeff',
  '\u0085',
  "''",
  '₂',
);
const text = fc.oneof(
  fc.array(fragment, { maxLength: 30 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 60 }),
);

describe('Tokenizer', () => {
  it('gives back any text', () => {
    fc.assert(
      fc.property(text, (given) => {
        assert.equal(tokenizer.decode(tokenizer.encode(given)), Buffer.from(given).toString());
      }),
      { numRuns: 500 },
    );
  });

  it('law: encodes a text as Hugging Face’s library does', () => {
    // Without the mark of a document, which the library finds in a text.
    const library = new LibraryTokenizer({ ...json, added_tokens: [] }, {});
    fc.assert(
      fc.property(text, (given) => {
        const expected = given === '' ? [] : library.encode(given, { add_special_tokens: false }).ids;
        assert.deepEqual([...tokenizer.encode(given)], expected);
      }),
      { numRuns: 1000 },
    );
  });

  it('ranks each merge by itself where two make the same token, as Hugging Face’s library does', () => {
    const tokenOf = (character: string) => 1 + character.charCodeAt(0);
    const [bc, ab, abc, bcd] = [257, 258, 259, 260];
    const small = new Tokenizer({
      tokens: [
        new Uint8Array(),
        ...Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte)),
        ...['bc', 'ab', 'abc', 'bcd'].map((token) => new TextEncoder().encode(token)),
      ],
      merges: [
        [tokenOf('b'), tokenOf('c')],
        [tokenOf('a'), tokenOf('b')],
        [ab, tokenOf('c')],
        [bc, tokenOf('d')],
        [tokenOf('a'), bc],
      ],
      endOfTextId: 0,
    });
    const library = new LibraryTokenizer(small.toJson(), {});
    for (const [given, expected] of [
      ['abc', [abc]],
      ['abcd', [tokenOf('a'), bcd]],
    ] as const) {
      assert.deepEqual([...small.encode(given)], expected);
      assert.deepEqual(library.encode(given, { add_special_tokens: false }).ids, expected);
    }
  });

  it('encodes a text the same after more words than it remembers', () => {
    const numbers = Array.from({ length: 150_000 }, (_, i) => ` w${i.toString(36).replace(/\d/g, 'é')}x`);
    const first = tokenizer.encode(numbers.join(''));
    const second = tokenizer.encode(numbers.toReversed().join(''));
    assert.equal(tokenizer.decode(first), numbers.join(''));
    assert.equal(tokenizer.decode(second), numbers.toReversed().join(''));
    assert.equal(second.length, first.length);
  });

  it('never spans a line break and text after it', () => {
    for (let id = 1; id < tokenizer.vocabSize; id++) {
      assert.doesNotMatch(Buffer.from(tokenizer.tokenBytes(id)).toString('latin1'), /\n[^\r\n]/);
    }
  });

  it('never encodes text to the mark of a document', () => {
    assert.ok(!tokenizer.encode('<|endoftext|>').includes(tokenizer.endOfTextId));
  });

  it('lists exactly the tokens that begin with some bytes and go on beyond them', () => {
    fc.assert(
      fc.property(fc.nat({ max: tokenizer.vocabSize - 2 }), fc.nat({ max: 4 }), (index, length) => {
        const prefix = tokenizer.tokenBytes(index + 1).slice(0, length);
        const expected = Array.from({ length: tokenizer.vocabSize - 1 }, (_, i) => i + 1).filter(
          (id) =>
            tokenizer.tokenBytes(id).length > prefix.length &&
            Buffer.compare(tokenizer.tokenBytes(id).subarray(0, prefix.length), prefix) === 0,
        );
        assert.deepEqual(
          [...tokenizer.index.longerThan(prefix, 0)].sort((a, b) => a - b),
          expected,
        );
      }),
      { numRuns: 50 },
    );
  });

  it('stays linear on a line of five million letters', () => {
    const long = 'abcdefghij'.repeat(500_000);
    assert.equal(tokenizer.decode(tokenizer.encode(long)).length, long.length);
  });
});
