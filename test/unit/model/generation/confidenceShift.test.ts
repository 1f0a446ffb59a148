import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  correctedProbability,
  learnShift,
  MOST_SHIFT,
  shiftedProbability,
} from '../../../../src/model/generation/confidenceShift';

const probability = fc.double({ min: 0, max: 1, noNaN: true });
const shift = fc.double({ min: -MOST_SHIFT, max: MOST_SHIFT, noNaN: true });

describe('confidence learned from what became of suggestions', () => {
  it('is a probability, and greater the greater both are', () => {
    fc.assert(
      fc.property(probability, probability, shift, shift, (a, b, x, y) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const [less, more] = [Math.min(x, y), Math.max(x, y)];
        const shifted = shiftedProbability(low, less);
        assert.ok(shifted >= 0 && shifted <= 1);
        assert.ok(shifted <= shiftedProbability(high, less) + 1e-12);
        assert.ok(shifted <= shiftedProbability(low, more) + 1e-12);
      }),
    );
  });

  it('is moved back by the opposite shift', () => {
    fc.assert(
      fc.property(probability, shift, (p, x) => {
        assert.ok(Math.abs(shiftedProbability(shiftedProbability(p, x), -x) - p) < 1e-9);
      }),
    );
  });

  it('is greater for more words of the same probability, and for one word what was learned makes it', () => {
    fc.assert(
      fc.property(probability, shift, fc.integer({ min: 1, max: 100 }), (p, x, words) => {
        const corrected = correctedProbability(p, words, x);
        assert.ok(corrected <= 1 + 1e-12 && corrected <= correctedProbability(p, words + 1, x) + 1e-12);
        assert.equal(correctedProbability(p, 1, x), shiftedProbability(p, x));
      }),
    );
    assert.ok(correctedProbability(0.5, 4, 0) > 0.55);
  });

  it('grows with each right suggestion, falls with each wrong one, and stays within bounds', () => {
    fc.assert(
      fc.property(shift, fc.array(fc.boolean(), { maxLength: 200 }), probability, (start, outcomes, p) => {
        let learned = start;
        for (const wasRight of outcomes) {
          const next = learnShift(learned, p, wasRight);
          assert.ok(wasRight ? next >= learned : next <= learned);
          assert.ok(Math.abs(next) <= MOST_SHIFT);
          learned = next;
        }
      }),
    );
  });

  it('comes to tell how often suggestions are right', () => {
    // The model says 60 %, the user's text agrees with two of five.
    let learned = 0;
    for (let i = 0; i < 1000; i++) {
      learned = learnShift(learned, shiftedProbability(0.6, learned), i % 5 < 2);
    }
    assert.ok(Math.abs(shiftedProbability(0.6, learned) - 0.4) < 0.05);
  });
});
