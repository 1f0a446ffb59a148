import assert from 'node:assert/strict';
import { Bridge } from '../../../../src/model/bridge/bridge';
import { textVocabulary } from '../../../../src/model/bridge/textVocabulary';
import { RandomExpert } from '../../../support/randomForeign';
import { shippedTokenizer } from '../../../support/shippedTokenizer';

describe('a vocabulary that can spell every text', () => {
  it('has no text for its marks and for empty tokens', () => {
    const encoder = new TextEncoder();
    const vocabulary = textVocabulary({
      tokens: ['<s>', 'a', '</s>', ''].map((text) => encoder.encode(text)),
      encode: (text) => Array.from(text, () => 1),
      beginOfTextId: 0,
      endOfTextId: 2,
    });
    const texts = [0, 1, 2, 3].map((id) => vocabulary.tokens[id]);
    assert.deepEqual(texts, [null, encoder.encode('a'), null, null]);
  });

  it('does without a token of a million letters, as only a hostile file has', () => {
    const tokens = ['a', 'ab'.repeat(500_000)].map((text) => new TextEncoder().encode(text));
    const vocabulary = textVocabulary({ tokens, encode: (text) => Array.from(text, () => 0) });
    const bridge = new Bridge({ expert: new RandomExpert(2, 1), vocabulary }, shippedTokenizer);
    const probs = new Float32Array(bridge.vocabSize);
    bridge.predict(bridge.start(), probs);
    assert.ok(probs[shippedTokenizer.encode('a')[0]] > 0.99);
  });
});
