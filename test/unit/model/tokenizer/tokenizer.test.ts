import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { bytesToAlphabet } from '../../../../src/model/tokenizer/byteAlphabet';
import { LibraryTokenizer } from '../../../../src/model/tokenizer/libraryTokenizer';
import { preTokens, PRE_TOKEN_PATTERN } from '../../../../src/model/tokenizer/preTokenize';
import { Tokenizer } from '../../../../src/model/tokenizer/tokenizer';

const json: unknown = JSON.parse(readFileSync('models/base/tokenizer.json', 'utf8'));
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
  "''",
  '₂',
);
const text = fc.oneof(
  fc.array(fragment, { maxLength: 30 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 60 }),
);

/** Merges as the file lists them, one rule after the other over the whole piece: slow and plain. */
function encodePlainly(whole: string): number[] {
  const { merges, vocab } = (json as { model: { merges: [string, string][]; vocab: Record<string, number> } })
    .model;
  return preTokens(whole).flatMap((piece) => {
    let symbols = Array.from(bytesToAlphabet(new TextEncoder().encode(piece)));
    for (const [left, right] of merges) {
      const merged: string[] = [];
      for (const symbol of symbols) {
        if (symbol === right && merged.at(-1) === left) {
          merged[merged.length - 1] = left + right;
        } else {
          merged.push(symbol);
        }
      }
      symbols = merged;
    }
    return symbols.map((symbol) => vocab[symbol]);
  });
}

describe('Tokenizer', () => {
  it('gives back any text', () => {
    fc.assert(
      fc.property(text, (given) => {
        assert.equal(tokenizer.decode(tokenizer.encode(given)), Buffer.from(given).toString());
      }),
      { numRuns: 500 },
    );
  });

  it('applies the merges in the order of the file', () => {
    fc.assert(
      fc.property(text, (given) => {
        assert.deepEqual([...tokenizer.encode(given)], encodePlainly(given));
      }),
      { numRuns: 100 },
    );
  });

  it('ranks each merge by itself where two make the same token, as Hugging Face’s library does', () => {
    const tokenOf = (text: string) => 1 + text.charCodeAt(0);
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

  it('cuts text as the pattern in tokenizer.json does', () => {
    fc.assert(
      fc.property(text, (given) => {
        assert.deepEqual(preTokens(given), given.match(new RegExp(PRE_TOKEN_PATTERN, 'gu')) ?? []);
      }),
      { numRuns: 2000 },
    );
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
