import assert from 'node:assert/strict';
import fc from 'fast-check';
import { LossCurve } from '../../../src/editor/lossCurve';

describe('a loss curve', () => {
  it('spans the whole training in few points, in order and from its first', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20_000 }), (count) => {
        const curve = new LossCurve();
        for (let i = 0; i < count; i++) {
          curve.add({ progress: i / count, value: -i });
        }
        const steps = curve.points.map(({ value }) => -value);
        assert.ok(steps.length <= 400 && steps.length >= Math.min(count, 190));
        assert.equal(steps[0], 0);
        assert.ok(steps.every((step, i) => i === 0 || step > steps[i - 1]));
        assert.ok(steps.at(-1)! >= count - 1 - 2 * Math.ceil(count / 190));
      }),
      { numRuns: 30 },
    );
  });
});
