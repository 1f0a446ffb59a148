import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { activityShareText, durationText, sizeText } from '../../../src/editor/quantityTexts';
import { inEnglish as t, type Translate } from '../../../src/editor/translate';

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

  it('stand behind what is being done as the language writes it', () => {
    const bundle = JSON.parse(
      readFileSync(join(__dirname, '../../../l10n/bundle.l10n.zh-cn.json'), 'utf8'),
    ) as Record<string, string>;
    const inChinese: Translate = (message, ...args) => t(bundle[message], ...args);
    assert.equal(activityShareText(t, 'Unpacking TensorFlow', 0.456), 'Unpacking TensorFlow: 40 %');
    assert.equal(activityShareText(inChinese, '正在解压 TensorFlow', 0.456), '正在解压 TensorFlow：40%');
    assert.equal(activityShareText(inChinese, '正在解压 TensorFlow', null), '正在解压 TensorFlow…');
  });
});
