import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  AS_STATED,
  LEAST_SLOPE,
  learnScale,
  MOST_SHIFT,
  MOST_SLOPE,
  scaledProbability,
  statedProbability,
  type ConfidenceScale,
} from '../../../../src/model/generation/confidenceScale';

const probability = fc.double({ min: 0, max: 1, noNaN: true });
const between = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const scale: fc.Arbitrary<ConfidenceScale> = fc.record({
  shift: between(-MOST_SHIFT, MOST_SHIFT),
  slope: between(LEAST_SLOPE, MOST_SLOPE),
});

describe('confidence learned from what became of suggestions', () => {
  it('is a probability, and greater the greater the stated one and the shift are', () => {
    fc.assert(
      fc.property(probability, probability, scale, between(0, 1), (a, b, own, more) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const scaled = scaledProbability(low, own);
        assert.ok(scaled >= 0 && scaled <= 1);
        assert.ok(scaled <= scaledProbability(high, own) + 1e-12);
        assert.ok(scaled <= scaledProbability(low, { ...own, shift: own.shift + more }) + 1e-12);
      }),
    );
  });

  it('leads back to what was stated', () => {
    fc.assert(
      fc.property(between(1e-5, 1 - 1e-5), scale, (p, own) => {
        assert.ok(Math.abs(statedProbability(scaledProbability(p, own), own) - p) < 1e-6);
      }),
    );
    assert.equal(scaledProbability(0.5, AS_STATED), 0.5);
  });

  it('never falls after a right suggestion, nor grows after a wrong one, and stays within bounds', () => {
    fc.assert(
      fc.property(
        scale,
        fc.array(fc.boolean(), { maxLength: 200 }),
        between(0.01, 0.99),
        (start, outcomes, p) => {
          let learned = start;
          for (const wasRight of outcomes) {
            const before = scaledProbability(p, learned);
            const next = learnScale(learned, before, wasRight);
            const after = scaledProbability(p, next);
            assert.ok(wasRight ? after >= before - 1e-9 : after <= before + 1e-9);
            assert.ok(Math.abs(next.shift) <= MOST_SHIFT);
            assert.ok(next.slope >= LEAST_SLOPE && next.slope <= MOST_SLOPE);
            learned = next;
          }
        },
      ),
    );
  });

  it('comes to tell how often suggestions are right', () => {
    // The model says 60 %, the user's text agrees with two of five.
    let learned = AS_STATED;
    for (let i = 0; i < 400; i++) {
      learned = learnScale(learned, scaledProbability(0.6, learned), i % 5 < 2);
    }
    assert.ok(Math.abs(scaledProbability(0.6, learned) - 0.4) < 0.05);
  });

  it('comes to be bolder where it said too little both ways', () => {
    // What was said to be as likely as 2 to 1 is so as 4 to 1.
    let learned = AS_STATED;
    for (let i = 0; i < 2000; i++) {
      learned = learnScale(learned, scaledProbability(2 / 3, learned), i % 5 < 4);
      learned = learnScale(learned, scaledProbability(1 / 3, learned), i % 5 >= 4);
    }
    assert.ok(learned.slope > 1.5, `${learned.slope}`);
    assert.ok(Math.abs(scaledProbability(2 / 3, learned) - 0.8) < 0.06);
    assert.ok(Math.abs(scaledProbability(1 / 3, learned) - 0.2) < 0.06);
  });
});
