import assert from 'node:assert/strict';
import { durationText, sizeText } from '../../../src/editor/quantityTexts';
import { inEnglish as t } from '../../../src/editor/translate';

describe('sizes and times', () => {
  it('are short', () => {
    assert.deepEqual([1200, 9_980, 999_700, 1_250_000, 48e6].map(sizeText), [
      '1.2 kB',
      '10 kB',
      '1.0 MB',
      '1.3 MB',
      '48 MB',
    ]);
    assert.deepEqual(
      [59, 89, 600, 3 * 3600].map((seconds) => durationText(t, seconds)),
      ['59 s', '89 s', '10 min', '3.0 h'],
    );
  });

  it('do not make nothing of a small text', () => {
    assert.deepEqual([13, 950].map(sizeText), ['13 B', '950 B']);
  });
});
