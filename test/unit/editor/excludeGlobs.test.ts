import assert from 'node:assert/strict';
import { globsThatAreOn } from '../../../src/editor/excludeGlobs';
import { IgnoreRules } from '../../../src/trainer/corpus/ignoreRules';

describe('the globs of files.exclude', () => {
  it('are those that are on', () => {
    const given = { '**/*.bak': true, '**/*.md': false, '**/*.js': { when: '$(basename).ts' }, '': true };
    assert.deepEqual(globsThatAreOn(given), ['**/*.bak']);
  });

  it('are none where the setting holds no object', () => {
    for (const given of [null, undefined, true, 7, '**/*.bak', ['**/*.bak', true]]) {
      assert.deepEqual(globsThatAreOn(given), []);
    }
  });

  it('can all be matched', async () => {
    const rules = await IgnoreRules.forRoot('/', globsThatAreOn({ '': true, '[': true, '**/*.bak': true }));
    assert.equal(rules.decideAll(['a/one.bak'])[0], 'excludedBySettings');
  });
});
