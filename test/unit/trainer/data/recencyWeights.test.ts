import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { recencyWeights } from '../../../../src/trainer/data/recencyWeights';

const DAY = 24 * 3600 * 1000;
const now = Date.UTC(2026, 10, 24);

describe('Recently edited files', () => {
  it('are read up to twice as often as old ones, the newest most', () => {
    const [today, month, year] = recencyWeights([now, now - 30 * DAY, now - 365 * DAY], now)!;
    assert.deepEqual([today, month], [2, 1.5]);
    assert.ok(year > 1 && year < 1.01);
  });

  it('never weigh less than older ones, whatever the clock of the machine says', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1e13, max: 1e13 }), { minLength: 1 }), (modified) => {
        const weights = recencyWeights(modified, now) ?? modified.map(() => 2);
        for (const [i, a] of modified.entries()) {
          assert.ok(weights[i] >= 1 && weights[i] <= 2);
          assert.ok(modified.every((b, k) => a <= b || weights[i] >= weights[k]));
        }
      }),
    );
  });

  it('keep their weights beside a file that is dated in the future', () => {
    assert.deepEqual(recencyWeights([now + 3650 * DAY, now, now - 30 * DAY], now), [2, 2, 1.5]);
  });

  it('are not told from others where all came at once, as in a fresh clone', () => {
    assert.equal(recencyWeights([now, now - 3000, now - 60_000], now), null);
    assert.equal(recencyWeights([], now), null);
  });
});
