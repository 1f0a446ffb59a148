import assert from 'node:assert/strict';
import { textVocabulary } from '../../../../src/model/bridge/textVocabulary';

describe('a vocabulary that can spell every text', () => {
  it('has no text for its marks and for empty tokens', () => {
    const encoder = new TextEncoder();
    const vocabulary = textVocabulary({
      tokens: ['<s>', 'a', '</s>', ''].map((text) => encoder.encode(text)),
      encode: (text) => Array.from(text, () => 1),
      beginOfTextId: 0,
      endOfTextId: 2,
    });
    const texts = [0, 1, 2, 3].map((id) => vocabulary.tokenBytes(id));
    assert.deepEqual(texts, [null, encoder.encode('a'), null, null]);
  });
});
