import assert from 'node:assert/strict';
import { hasSharedTokens } from '../../../../src/model/bridge/hasSharedTokens';
import { bytePairVocabulary, byteVocabulary, RandomExpert } from '../../../support/randomForeign';
import { shippedTokenizer as tokenizer } from '../../../support/shippedTokenizer';

const { vocabSize, endOfTextId } = tokenizer;
const vocabulary = bytePairVocabulary(tokenizer);

describe('a model with the shared tokens', () => {
  it('is recognised by its size, its end of text and the bytes of each token', () => {
    const expert = new RandomExpert(vocabSize, 1);
    assert.ok(hasSharedTokens({ expert, vocabulary }, tokenizer));
    assert.ok(!hasSharedTokens({ expert: new RandomExpert(vocabSize + 1, 1), vocabulary }, tokenizer));
    assert.ok(
      !hasSharedTokens({ expert: new RandomExpert(257, 1), vocabulary: byteVocabulary() }, tokenizer),
    );
    assert.ok(!hasSharedTokens({ expert, vocabulary: { ...vocabulary, endOfTextId: null } }, tokenizer));
    for (const swapped of [0, 100, vocabSize - 1].filter((id) => id !== endOfTextId)) {
      const tokens = vocabulary.tokens.with(swapped, new Uint8Array());
      assert.ok(!hasSharedTokens({ expert, vocabulary: { ...vocabulary, tokens } }, tokenizer));
    }
  });
});
