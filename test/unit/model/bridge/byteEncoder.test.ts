import assert from 'node:assert/strict';
import fc from 'fast-check';
import { encodingsOf, utf8Length } from '../../../../src/model/bridge/byteEncoder';

describe('The length of a text in bytes', () => {
  it('law: is that of its encoding', () => {
    const encoder = new TextEncoder();
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        assert.equal(utf8Length(text), encoder.encode(text).length);
      }),
    );
    for (const text of ['', '\0\x7f', '\x80\u07ff', '\u0800\ud7ff\ue000\uffff', '\u{10000}\u{10ffff}']) {
      assert.equal(utf8Length(text), encoder.encode(text).length);
    }
  });
});

describe('The encodings that a stretch may have', () => {
  // Like GPT-2's rule: of several line breaks, the last stands alone before a word.
  const pieces = ["'t", "'", 'don', 'a', '\n\n', '\n'];
  const encode = (bytes: Uint8Array) => {
    const found = [
      ...Buffer.from(bytes)
        .toString()
        .matchAll(/'t|[^\s']+|'|\n+(?!\S)|\n/g),
    ];
    return {
      ids: found.map(([piece]) => pieces.indexOf(piece)),
      ends: found.map(({ index, 0: piece }) => index + piece.length),
    };
  };
  const encodings = (text: string) =>
    encodingsOf(encode, Buffer.from(text)).map(({ encoding: { ids }, expectsLetter }) => [
      Array.from(ids, (id) => pieces[id]),
      expectsLetter,
    ]);

  it('are its own, and another where a rule looks at the letter that may follow', () => {
    assert.deepEqual(encodings('don'), [[['don'], false]]);
    assert.deepEqual(encodings('don\n\n'), [
      [['don', '\n\n'], false],
      [['don', '\n', '\n'], true],
    ]);
    assert.deepEqual(encodings("don'"), [[['don', "'"], false]]);
    assert.deepEqual(encodings(''), [[[], false]]);
  });
});
