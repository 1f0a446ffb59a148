import assert from 'node:assert/strict';
import { calibrationError, type Judged } from '../../../bench/quality/calibrationError';

const judged = (probability: number, right: number, wrong: number): Judged[] => [
  ...Array.from({ length: right }, () => ({ probability, wasRight: true })),
  ...Array.from({ length: wrong }, () => ({ probability, wasRight: false })),
];

describe('calibration error', () => {
  it('is zero where predictions of 70 % came true seven times in ten', () => {
    assert.ok(calibrationError(judged(0.7, 7, 3)) < 1e-12);
    assert.equal(calibrationError([]), 0);
  });

  it('is the gap to the frequency, even where another bin errs the other way', () => {
    assert.ok(Math.abs(calibrationError(judged(0.9, 7, 3)) - 0.2) < 1e-12);
    const both = [...judged(0.9, 7, 3), ...judged(0.3, 5, 5)];
    assert.ok(Math.abs(calibrationError(both) - 0.2) < 1e-12);
  });

  it('counts certainty in the highest bin', () => {
    assert.equal(calibrationError(judged(1, 0, 1)), 1);
  });
});
