import assert from 'node:assert/strict';
import { durationText, sizeText } from '../../../src/editor/quantityTexts';
import { inEnglish as t } from '../../../src/editor/translate';

describe('sizes and times', () => {
  it('are short', () => {
    assert.deepEqual([sizeText(950), sizeText(1_250_000), sizeText(48e6)], ['0.9 kB', '1.3 MB', '48 MB']);
    assert.deepEqual(
      [59, 89, 600, 3 * 3600].map((seconds) => durationText(t, seconds)),
      ['59 s', '89 s', '10 min', '3.0 h'],
    );
  });
});
