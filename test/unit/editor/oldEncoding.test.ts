import assert from 'node:assert/strict';
import { oldEncoding } from '../../../src/editor/oldEncoding';

describe('the encoding of files that are not in Unicode', () => {
  it('is the one that is set', () => {
    assert.equal(oldEncoding('gbk', []), 'gbk');
    assert.equal(oldEncoding('windows1251', ['gbk']), 'windows1251');
  });

  it('is the only one that is set for a language, where the folder has none', () => {
    assert.equal(oldEncoding('utf8', ['utf8bom', 'gbk', 'gbk']), 'gbk');
    assert.equal(oldEncoding('utf8', ['gbk', 'shiftjis']), '');
  });

  it('is none where only Unicode is set, or nothing that VS Code would take', () => {
    for (const given of ['utf8', 'utf8bom', 'utf16le', '', null, undefined, 7, {}]) {
      assert.equal(oldEncoding(given, [given]), '');
    }
  });
});
