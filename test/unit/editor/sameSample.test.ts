import assert from 'node:assert/strict';
import { whySameSample } from '../../../src/editor/sameSample';
import { inEnglish as t } from '../../../src/editor/translate';
import { DEFAULT_SAMPLING } from '../../../src/model/samplingOptions';

describe('Replace with Another Sample', () => {
  it('names the setting by which every sample is the same, instead of writing the same text again', () => {
    for (const [setting, value] of [
      ['greedy', true],
      ['topK', 1],
      ['minP', 1],
    ] as const) {
      const why = whySameSample(t, { ...DEFAULT_SAMPLING, [setting]: value });
      assert.match(
        why ?? '',
        new RegExp(`the same text, as the setting understudy\\.sampling\\.${setting} is `),
      );
    }
    assert.equal(whySameSample(t, DEFAULT_SAMPLING), null);
    assert.equal(whySameSample(t, { ...DEFAULT_SAMPLING, topK: 0 }), null);
  });
});
