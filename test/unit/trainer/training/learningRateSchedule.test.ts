import assert from 'node:assert/strict';
import { learningRateAt } from '../../../../src/trainer/training/learningRateSchedule';

describe('learningRateAt', () => {
  it('rises to its peak, falls ever after and is never zero', () => {
    const rates = Array.from({ length: 101 }, (_, i) => learningRateAt(i / 100, 0.01));
    const top = rates.indexOf(Math.max(...rates));
    assert.equal(top, 5);
    assert.equal(rates[top], 0.01);
    for (let i = 1; i < rates.length; i++) {
      assert.ok(i <= top ? rates[i] > rates[i - 1] : rates[i] < rates[i - 1]);
    }
    assert.ok(rates[0] > 0 && rates[100] > 0 && rates[100] < 0.001);
  });
});
