import assert from 'node:assert/strict';
import fc from 'fast-check';
import { utf8Length } from '../../../../src/model/bridge/byteEncoder';

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
