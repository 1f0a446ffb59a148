import assert from 'node:assert/strict';
import {
  enablementProblem,
  isEnabled,
  parseEnablement,
  toggled,
  toggledForLanguage,
} from '../../../src/editor/enablement';
import { inEnglish } from '../../../src/editor/translate';

describe('understudy.enable', () => {
  it('is on for every language when nothing is set or the value is no object', () => {
    for (const given of [undefined, null, 'off', 3]) {
      assert.ok(isEnabled(parseEnablement(given), 'markdown'));
    }
  });

  it('is off for every language at a bare false, as other extensions take it', () => {
    assert.ok(!isEnabled(parseEnablement(false), 'markdown'));
    assert.ok(isEnabled(parseEnablement(true), 'markdown'));
  });

  it("lets a language's own choice win over the one for all", () => {
    const enablement = parseEnablement({ '*': false, markdown: true, python: 'yes' });
    assert.ok(isEnabled(enablement, 'markdown'));
    assert.ok(!isEnabled(enablement, 'python'));
  });

  it('is told of where something in it is neither true nor false', () => {
    const told = (given: unknown) => enablementProblem(inEnglish, given);
    for (const given of [undefined, true, {}, { '*': true, markdown: false }]) {
      assert.equal(told(given), null);
    }
    for (const given of ['false', 0, null, { '*': 'off' }, { '*': true, python: null }]) {
      assert.ok(told(given)?.startsWith(`The setting understudy.enable is ${JSON.stringify(given)}, `));
    }
  });

  it('toggled for all leaves the choices of languages', () => {
    assert.deepEqual(toggled({ '*': true, latex: false }), { '*': false, latex: false });
  });

  it('toggled for a language reverses what applies to it', () => {
    assert.deepEqual(toggledForLanguage({ '*': true }, 'latex'), { '*': true, latex: false });
    assert.deepEqual(toggledForLanguage({ '*': true, latex: false }, 'latex'), { '*': true, latex: true });
  });
});
