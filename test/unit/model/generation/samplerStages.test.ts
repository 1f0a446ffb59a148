import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  applyTemperature,
  drawIndex,
  dropBelowMinP,
  indexOfLargest,
  keepNucleus,
  keepTopK,
  mostLikely,
  normalize,
  penalizeRepetition,
  suppress,
} from '../../../../src/model/generation/samplerStages';

const distribution = fc
  .array(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 60 })
  .filter((weights) => weights.some((weight) => weight > 0))
  .map((weights) => {
    const probs = Float32Array.from(weights);
    normalize(probs);
    return probs;
  });
const sum = (probs: Float32Array) => probs.reduce((a, b) => a + b, 0);
const kept = (probs: Float32Array) => Array.from(probs.keys()).filter((i) => probs[i] > 0);

describe('sampler stages', () => {
  const stages: Record<string, (probs: Float32Array, strength: number) => void> = {
    'repetition penalty': (probs, strength) => {
      penalizeRepetition(probs, probs.keys(), 1 + strength);
    },
    temperature: (probs, strength) => {
      applyTemperature(probs, 0.01 + 1.99 * strength);
    },
    'top-k': (probs, strength) => {
      keepTopK(probs, Math.round(1 + strength * probs.length));
    },
    nucleus: keepNucleus,
    'min-p': dropBelowMinP,
  };
  for (const [name, stage] of Object.entries(stages)) {
    it(`${name} keeps the sum at one and the most likely entry`, () => {
      fc.assert(
        fc.property(distribution, fc.double({ min: 0, max: 1, noNaN: true }), (probs, strength) => {
          const best = indexOfLargest(probs);
          const before = probs.slice();
          stage(probs, strength);
          assert.ok(Math.abs(sum(probs) - 1) < 1e-5);
          assert.ok(probs[best] > 0);
          assert.ok(probs.every((p, i) => p >= 0 && (before[i] > 0 || p === 0)));
        }),
      );
    });
  }

  it('an entry left out has no probability, and the others keep their proportions', () => {
    fc.assert(
      fc.property(distribution, fc.nat(59), (probs, at) => {
        const before = probs.slice();
        const index = at % probs.length;
        const isLeft = suppress(probs, index);
        assert.equal(
          isLeft,
          before.some((p, i) => i !== index && p > 0),
        );
        const rest = before.reduce((all, p, i) => (i === index ? all : all + p), 0);
        for (const [i, p] of probs.entries()) {
          assert.ok(Math.abs(p - (i === index || !isLeft ? 0 : before[i] / rest)) < 1e-5);
        }
      }),
    );
  });

  it('top-k keeps exactly k entries, the most likely ones', () => {
    fc.assert(
      fc.property(distribution, fc.integer({ min: 1, max: 60 }), (probs, k) => {
        const before = probs.slice();
        keepTopK(probs, k);
        const rest = kept(probs);
        assert.equal(rest.length, Math.min(k, kept(before).length));
        const least = Math.min(...rest.map((i) => before[i]));
        assert.ok(before.every((p, i) => probs[i] > 0 || p <= least));
      }),
    );
  });

  it('nucleus keeps the fewest entries that reach its mass', () => {
    const probs = Float32Array.of(0.1, 0.5, 0.15, 0.25);
    keepNucleus(probs, 0.7);
    assert.deepEqual(kept(probs), [1, 3]);
    fc.assert(
      fc.property(distribution, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (before, topP) => {
        const after = before.slice();
        keepNucleus(after, topP);
        const mass = kept(after).map((i) => before[i]);
        const total = mass.reduce((a, b) => a + b, 0);
        assert.ok(total >= topP - 1e-5);
        assert.ok(mass.length === 1 || total - Math.min(...mass) < topP + 1e-5);
      }),
    );
  });

  it('min-p drops what is less likely than its share of the best', () => {
    const probs = Float32Array.of(0.05, 0.6, 0.31, 0.04);
    dropBelowMinP(probs, 0.5);
    assert.deepEqual(kept(probs), [1, 2]);
  });

  it('temperature sharpens below one and flattens above', () => {
    const sharp = Float32Array.of(0.7, 0.3);
    applyTemperature(sharp, 0.5);
    assert.ok(Math.abs(sharp[0] - 0.49 / 0.58) < 1e-6);
    const flat = Float32Array.of(0.7, 0.3);
    applyTemperature(flat, 2);
    assert.ok(flat[0] < 0.7 && flat[0] > 0.5);
  });

  it('a temperature near zero neither overflows nor underflows', () => {
    const probs = Float32Array.of(0.5, 0.3, 0.2);
    applyTemperature(probs, 0.001);
    assert.deepEqual(Array.from(probs), [1, 0, 0]);
  });

  it('the repetition penalty counts an entry once, however often it was seen', () => {
    const probs = Float32Array.of(0.5, 0.5);
    penalizeRepetition(probs, [0, 0, 0], 2);
    assert.ok(Math.abs(probs[0] - 1 / 3) < 1e-6);
  });

  it('off values change nothing', () => {
    fc.assert(
      fc.property(distribution, (probs) => {
        const before = Array.from(probs);
        penalizeRepetition(probs, [0], 1);
        applyTemperature(probs, 1);
        keepTopK(probs, 0);
        keepNucleus(probs, 1);
        dropBelowMinP(probs, 0);
        assert.deepEqual(Array.from(probs), before);
      }),
    );
  });

  it('draws follow the distribution and never fall on an entry of zero', () => {
    assert.equal(
      drawIndex(Float32Array.of(0, 0.25, 0, 0.75), () => 0),
      1,
    );
    assert.equal(
      drawIndex(Float32Array.of(0, 0.25, 0, 0.75), () => 0.26),
      3,
    );
    const roundedDown = Float32Array.of(0, 0.25, 0.7499, 0);
    assert.equal(
      drawIndex(roundedDown, () => 0.99995),
      2,
    );
    fc.assert(
      fc.property(
        distribution,
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (probs, at) => {
          assert.ok(probs[drawIndex(probs, () => at)] > 0);
        },
      ),
    );
  });

  it('the most likely entries are those of a full sort', () => {
    fc.assert(
      fc.property(distribution, fc.integer({ min: 1, max: 20 }), (probs, count) => {
        const sorted = Array.from(probs.keys()).sort((a, b) => probs[b] - probs[a] || a - b);
        assert.deepEqual(mostLikely(probs, count), sorted.slice(0, count));
      }),
    );
  });

  it('nothing to normalise is an error, not NaN', () => {
    assert.throws(() => {
      normalize(Float32Array.of(0, 0));
    }, RangeError);
  });
});
