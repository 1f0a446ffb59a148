import assert from 'node:assert/strict';
import fc from 'fast-check';
import { joinsByModel } from '../../../../src/model/generation/joinByModel';
import type { MixtureModel } from '../../../../src/model/mixtureModel';
import { CountingMixture } from '../../../support/countingMixture';
import { readTail } from '../../../support/readTail';
import { shippedTokenizer as tokenizer } from '../../../support/shippedTokenizer';
import { toItsEnd } from '../../../support/toItsEnd';

const LESSON = [
  'He lit the lamp at dusk. He lit the stove in the morning.\n',
  '委员会批准了年度预算。委员会在十月开会。\n',
].join('');
const newModel = () => new CountingMixture(tokenizer.vocabSize, [tokenizer.encode(LESSON.repeat(3))]);

function joins(model: MixtureModel, left: string, insertions: readonly string[], right: string): number[] {
  const steps = joinsByModel(model, tokenizer, readTail(model, tokenizer, left), insertions, right);
  return toItsEnd(steps);
}

/** ln p(text), read from the start, nats. */
function logProb(model: MixtureModel, text: string): number {
  const probs = new Float32Array(model.vocabSize);
  let state = model.start();
  let sum = 0;
  for (const tokenId of tokenizer.encode(text)) {
    model.predict(state, probs);
    sum += Math.log(probs[tokenId]);
    state = model.next(state, tokenId);
  }
  return sum;
}

describe('how well insertions join, by the model itself', () => {
  it('is higher for the text after which the rest of the line is known', () => {
    const [lamp, stove] = joins(newModel(), 'He lit the', [' lamp', ' stove'], ' at dusk.');
    assert.ok(lamp > stove + 1, `${lamp} and ${stove}`);
    const [budget, meeting] = joins(newModel(), '委员会批准了年', ['度预算', '开会'], '。委员会');
    assert.ok(budget > meeting + 1, `${budget} and ${meeting}`);
  });

  it('judges the first three words, since later ones hardly depend on the insertion', () => {
    const insertions = [' lamp', ' stove'];
    assert.deepEqual(
      joins(newModel(), 'He lit the', insertions, ' at dusk and slept in there'),
      joins(newModel(), 'He lit the', insertions, ' at dusk and'),
    );
  });

  it('asks no expert that has to be waited for, so that a server is sent nothing of the right side', () => {
    const model = newModel();
    model.prepare = () => assert.fail('It was asked.');
    assert.equal(joins(model, 'He lit the', [' lamp', ' stove'], ' at dusk.').length, 2);
  });

  it('reads once what insertions have in common, and predicts only what stands right of them', () => {
    const model = newModel();
    const tail = readTail(model, tokenizer, 'He lit the');
    model.calls.next = 0;
    model.calls.predict = 0;
    const steps = joinsByModel(model, tokenizer, tail, [' lamp', ' lamp at', ' lamp at dusk'], ' in the');
    while (!steps.next().done);
    const tokens = tokenizer.encode(' the lamp at dusk').length;
    const right = tokenizer.encode(' in the').length;
    assert.equal(model.calls.predict, 3 * right);
    // The last token of a path is only predicted.
    assert.equal(model.calls.next, tokens + 3 * (right - 1));
  });

  it('law: it is what the right side adds to the log-probability of the text', () => {
    const words = fc.array(fc.constantFrom(' lamp', ' stove', ' at', ' dusk', 'y', '.', '委员', '会', '\n'), {
      minLength: 1,
      maxLength: 5,
    });
    const model = newModel();
    fc.assert(
      fc.property(
        fc.array(words, { minLength: 1, maxLength: 4 }),
        fc.constantFrom(' at dusk', '会在', '.'),
        (parts, right) => {
          const left = 'He lit the';
          const insertions = parts.map((part) => part.join(''));
          const found = joins(model, left, insertions, right);
          for (const [i, insertion] of insertions.entries()) {
            const expected = logProb(model, left + insertion + right) - logProb(model, left + insertion);
            assert.ok(Math.abs(found[i] - expected) < 1e-4, `${found[i]} instead of ${expected}`);
          }
        },
      ),
      { numRuns: 50 },
    );
  });
});
