import assert from 'node:assert/strict';
import { progressIncrements } from '../../../src/editor/progressIncrements';

describe('the bar of a progress notification', () => {
  it('stands still while an engine reads again what the one that failed had read, and ends full', () => {
    const increment = progressIncrements();
    const shares = [0, 0.25, 0.5, 0.25, 0.375, 0.5, 0.75, 1];
    assert.deepEqual(shares.map(increment), [0, 25, 25, 0, 0, 0, 25, 25]);
  });
});
