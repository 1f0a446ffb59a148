import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  appendBytes,
  NOTHING_DECODED,
  wholeLengthWhileGrowing,
  withoutHalfGrapheme,
  type DecodedText,
} from '../../../../src/model/generation/wholeCharacters';

// A text that contains U+FFFD itself would hide whether a broken character was made.
const text = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((whole) => !whole.includes('\ufffd'));

describe('text from the bytes of tokens', () => {
  it('is the same however the bytes are cut, and never holds half a character', () => {
    fc.assert(
      fc.property(text, fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 100 }), (whole, sizes) => {
        const bytes = new TextEncoder().encode(whole);
        let decoded: DecodedText | null = NOTHING_DECODED;
        let at = 0;
        for (const size of [...sizes, bytes.length]) {
          decoded = appendBytes(decoded, bytes.subarray(at, at + size));
          at = Math.min(bytes.length, at + size);
          assert.ok(decoded !== null && whole.startsWith(decoded.text) && !decoded.text.includes('\ufffd'));
          assert.ok(decoded.pending.length <= 3);
        }
        assert.equal(decoded.text, whole);
        assert.equal(decoded.pending.length, 0);
      }),
    );
  });

  for (const [name, bytes] of Object.entries({
    'a continuation alone': [0x80],
    'an overlong form': [0xc0, 0x80],
    'an overlong form of three bytes, half': [0xe0, 0x80],
    'a surrogate, half': [0xed, 0xa0],
    'beyond Unicode, half': [0xf4, 0x90],
    'a start after a start': [0xe4, 0xe4],
    'a start and plain text': [0xe4, 0x41],
    'no UTF-8 byte': [0xff],
  })) {
    it(`${name} cannot stand there`, () => {
      assert.equal(appendBytes(NOTHING_DECODED, Uint8Array.from(bytes)), null);
    });
  }

  it('keeps a byte order mark, which may stand anywhere', () => {
    assert.equal(appendBytes(NOTHING_DECODED, Uint8Array.of(0xef, 0xbb, 0xbf))!.text, '\ufeff');
  });

  it('a character may wait for its last bytes and then be refused', () => {
    const half = appendBytes(NOTHING_DECODED, Uint8Array.of(0xe4, 0xbd))!;
    assert.deepEqual([half.text, half.pending.length], ['', 2]);
    assert.equal(appendBytes(half, Uint8Array.of(0xa0))!.text, '你');
    assert.equal(appendBytes(half, Uint8Array.of(0x41)), null);
  });
});

describe('what the reader sees as one character', () => {
  it('ends before a joiner or half a flag whose second half is missing', () => {
    assert.equal(withoutHalfGrapheme('', 'a 👩\u200d'), 'a 👩');
    assert.equal(withoutHalfGrapheme('', 'go 🇨'), 'go ');
    assert.equal(withoutHalfGrapheme('', 'go 🇨🇳'), 'go 🇨🇳');
    assert.equal(withoutHalfGrapheme('🇨', '🇳'), '🇳');
    assert.equal(withoutHalfGrapheme('', '你好'), '你好');
    assert.equal(withoutHalfGrapheme('', 'plain'), 'plain');
  });

  it('is held back while text grows, unless plain', () => {
    assert.equal(wholeLengthWhileGrowing('', 'plain'), 5);
    assert.equal(wholeLengthWhileGrowing('', 'x👩\u200d👩'), 1);
    assert.equal(wholeLengthWhileGrowing('', '你好'), 1);
  });
});
