import assert from 'node:assert/strict';
import { boundedEncode } from '../../../src/completion/boundedEncode';

describe('Cutting a text into tokens', () => {
  const slow = (): number[] => {
    for (const end = performance.now() + 1100; performance.now() < end;);
    return [1];
  };

  it('is stopped after a second, unless it is known to end', () => {
    assert.throws(() => boundedEncode('own.json', slow, () => undefined).attempt('text'), {
      message: /^A regular expression in own\.json did not finish/,
    });
    assert.deepEqual(boundedEncode('own.json', slow, () => undefined, false).attempt('text'), [1]);
  });
});
