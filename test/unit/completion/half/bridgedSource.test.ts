import assert from 'node:assert/strict';
import fc from 'fast-check';
import { BridgedSource } from '../../../../src/completion/half/gguf/bridgedSource';
import { RemoteExpert, type Question } from '../../../../src/completion/half/remoteExpert';
import { Bridge } from '../../../../src/model/bridge/bridge';
import { byteVocabulary, randomModel } from '../../../support/randomForeign';
import { shippedTokenizer as tokenizer } from '../../../support/shippedTokenizer';

const { vocabSize, endOfTextId } = tokenizer;
const vocabulary = byteVocabulary();
const bridgeOf = () => new Bridge(randomModel(vocabulary, 3), tokenizer, { limits: { steps: 0 } });

/** What the bridge itself predicts after each beginning. */
function direct(tokens: readonly number[], after: readonly number[]): Float32Array[] {
  const bridge = bridgeOf();
  return after.map((count) => {
    const probs = new Float32Array(vocabSize);
    bridge.predict(
      tokens.slice(0, count).reduce((state, id) => bridge.next(state, id), bridge.start()),
      probs,
    );
    return probs;
  });
}

describe('questions in the shared tokens', () => {
  it('law: are answered as the bridge answers, whatever was asked before and however little is remembered', async () => {
    const texts = fc.array(fc.constantFrom('the', ' end', ' band', '\n', '学'), {
      minLength: 1,
      maxLength: 5,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(texts, { minLength: 2, maxLength: 4 }), async (asked) => {
        const source = new BridgedSource(bridgeOf(), 3);
        for (const parts of asked) {
          const tokens = [endOfTextId, ...tokenizer.encode(parts.join(''))];
          const after = [1, tokens.length];
          const answers = await source.answer({ tokens: Int32Array.from(tokens), after });
          assert.deepEqual(answers, direct(tokens, after));
        }
      }),
      { numRuns: 10 },
    );
  });

  it('have no answer where the model has none', async () => {
    const away = new RemoteExpert(
      {
        ask: (questions: readonly Question[]) =>
          Promise.resolve(questions.map(({ after }) => after.map(() => null))),
        dispose: () => undefined,
      },
      { vocabSize: vocabulary.tokens.length, window: 8, firstTokenId: 256 },
    );
    const source = new BridgedSource(new Bridge({ expert: away, vocabulary }, tokenizer));
    assert.deepEqual(await source.answer({ tokens: Int32Array.of(endOfTextId), after: [1] }), [null]);
  });
});
