import assert from 'node:assert/strict';
import { inTime } from '../../../src/protocol/inTime';
import { heapInUse } from '../../support/heapInUse';

describe('work that may never end', () => {
  it('is stopped, and what ends is done', () => {
    let done = 0;
    assert.ok(inTime(1000, () => done++));
    assert.ok(
      !inTime(20, () => {
        for (;;) {
          done++;
        }
      }),
    );
    assert.ok(done > 1);
    assert.ok(inTime(1000, () => (done = 0)));
    assert.equal(done, 0);
  });

  it('fails as it would alone', () => {
    const fail = () => {
      throw new RangeError('There is no such rule.');
    };
    assert.throws(() => inTime(1000, fail), { name: 'RangeError', message: 'There is no such rule.' });
  });

  it('is let go of once it is done', () => {
    const before = heapInUse();
    const useMuch = (): void => {
      const much = Array.from({ length: 5_000_000 }, (_, i) => i);
      inTime(1000, () => much.at(-1));
    };
    useMuch();
    assert.ok(heapInUse() - before < 10e6);
  });
});
