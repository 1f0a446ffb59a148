import assert from 'node:assert/strict';
import fc from 'fast-check';
import { nextMark } from '../../../../src/model/generation/nextMark';
import { shippedTokenizer as tokenizer } from '../../../support/shippedTokenizer';

/** A distribution over the first tokens of these texts. */
function probsOf(shares: Readonly<Record<string, number>>): Float32Array {
  const probs = new Float32Array(tokenizer.vocabSize);
  for (const [text, share] of Object.entries(shares)) {
    const [tokenId, ...more] = tokenizer.encode(text);
    assert.deepEqual(more, [], `"${text}" is one token`);
    probs[tokenId] += share;
  }
  return probs;
}

describe('the next mark', () => {
  it('has the probability of all tokens that begin with it', () => {
    const found = nextMark(tokenizer, probsOf({ '}': 0.25, '},': 0.25, '}.': 0.125, ')': 0.375 }));
    assert.deepEqual(found, { mark: '}', probability: 0.625 });
  });

  it('may be one of another script', () => {
    assert.deepEqual(nextMark(tokenizer, probsOf({ '。': 0.75, 的: 0.25 })), {
      mark: '。',
      probability: 0.75,
    });
  });

  it('is none where only words can follow', () => {
    assert.equal(nextMark(tokenizer, probsOf({ ' the': 0.5, s: 0.5 })), null);
  });

  it('is as likely as any token that begins with a mark, and no likelier than one', () => {
    const weights = fc.array(fc.nat(100), { minLength: tokenizer.vocabSize, maxLength: tokenizer.vocabSize });
    fc.assert(
      fc.property(weights, (drawn) => {
        const total = drawn.reduce((sum, weight) => sum + weight, 0) || 1;
        const probs = Float32Array.from(drawn, (weight) => weight / total);
        const most = Math.max(
          ...probs.filter((_, id) => /^[\p{P}\p{S}]/u.test(tokenizer.decode([id]).replaceAll('\ufffd', ''))),
        );
        const probability = nextMark(tokenizer, probs)?.probability ?? 0;
        assert.ok(probability >= most && probability <= 1 + 1e-6);
      }),
      { numRuns: 20 },
    );
  });
});
