import assert from 'node:assert/strict';
import fc from 'fast-check';
import { hasSharedTokens, SharedModel } from '../../../../src/model/bridge/sharedModel';
import { bytePairVocabulary, byteVocabulary, RandomExpert } from '../../../support/randomForeign';
import { shippedTokenizer as tokenizer } from '../../../support/shippedTokenizer';

const { vocabSize, endOfTextId } = tokenizer;
const vocabulary = bytePairVocabulary(tokenizer);
const noPause = () => Promise.resolve();
const distribution = <S>(expert: { predict(state: S, probs: Float32Array): void }, state: S) => {
  const probs = new Float32Array(vocabSize);
  expert.predict(state, probs);
  return probs;
};

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
      const tokenBytes = (id: number) => (id === swapped ? new Uint8Array() : vocabulary.tokenBytes(id));
      assert.ok(!hasSharedTokens({ expert, vocabulary: { ...vocabulary, tokenBytes } }, tokenizer));
    }
  });

  it('passes unchanged, whatever the text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 12 }), fc.integer(), async (text, seed) => {
        const expert = new RandomExpert(vocabSize, seed);
        const model = new SharedModel('half', expert, noPause);
        let [own, passed] = [expert.start(), model.start()];
        for (const id of [endOfTextId, ...tokenizer.encode(`  \\\\${text}`)]) {
          [own] = expert.nextMany([own], [id]);
          [passed] = model.nextMany([passed], [id]);
          await model.readiness.prepare([passed]);
          assert.deepEqual(distribution(model, passed), distribution(expert, own));
        }
      }),
      { numRuns: 20 },
    );
  });

  it('lets other work run before each answer, and asks once for each state', async () => {
    let [pauses, asked] = [0, 0];
    class Counted extends RandomExpert {
      override predict(state: readonly number[], probs: Float32Array): void {
        asked++;
        super.predict(state, probs);
      }
    }
    const model = new SharedModel('half', new Counted(vocabSize, 3), () => {
      pauses++;
      return Promise.resolve();
    });
    const states = [model.next(model.start(), 5), model.next(model.start(), 6)];
    assert.deepEqual(
      states.map((state) => model.readiness.isReady(state)),
      [false, false],
    );
    await Promise.all([model.readiness.prepare(states), model.readiness.prepare(states.slice(1))]);
    assert.deepEqual(
      states.map((state) => model.readiness.isReady(state)),
      [true, true],
    );
    assert.equal(asked, 2);
    assert.ok(pauses >= 2);
  });

  it('is not ready where its answer is no distribution', async () => {
    class Broken extends RandomExpert {
      override predict(_: readonly number[], probs: Float32Array): void {
        probs.fill(NaN);
      }
    }
    const model = new SharedModel('half', new Broken(vocabSize, 3), noPause);
    const state = model.next(model.start(), 5);
    await model.readiness.prepare([state]);
    assert.ok(!model.readiness.isReady(state));
  });

  it('asks nothing more once it is disposed of', async () => {
    let pauses = 0;
    const model = new SharedModel('half', new RandomExpert(vocabSize, 1), () => {
      if (++pauses === 2) {
        model.dispose();
      }
      return Promise.resolve();
    });
    await model.readiness.prepare([[1], [2], [3]]);
    assert.equal(pauses, 2);
  });
});
