import assert from 'node:assert/strict';
import { format } from 'node:util';
import fc from 'fast-check';
import {
  describeProblem,
  parseSetting,
  SETTINGS,
  type Setting,
  type SettingName,
} from '../../../src/editor/settings';
import { inEnglish } from '../../../src/editor/translate';

const names = Object.keys(SETTINGS) as SettingName[];

describe('a setting', () => {
  it('that is not set has its default, without a word', () => {
    for (const name of names) {
      assert.deepEqual(parseSetting(name, undefined), { value: SETTINGS[name].default, problem: null });
    }
  });

  it('out of its range is moved to the nearest end and named', () => {
    const { value, problem } = parseSetting('sampling.temperature', 7);
    assert.equal(value, 2);
    assert.equal(
      describeProblem(inEnglish, problem!),
      'The setting understudy.sampling.temperature is 7, but takes a number from 0.05 to 2; 2 is used.',
    );
    assert.equal(parseSetting('model.numLayers', 9).value, 3);
    assert.equal(parseSetting('sampling.seed', -3).value, 0);
  });

  it('that is on or off is as it was given', () => {
    for (const given of [true, false]) {
      assert.deepEqual(parseSetting('multiline', given), { value: given, problem: null });
    }
  });

  it('of another type has its default and is named', () => {
    assert.equal(parseSetting('eagerness', 'much').value, SETTINGS.eagerness.default);
    assert.equal(parseSetting('multiline', 1).value, false);
    const { value, problem } = parseSetting('model.architecture', 'perceptron');
    assert.equal(value, 'lstm');
    assert.match(
      describeProblem(inEnglish, problem!),
      /"perceptron", but takes one of lstm, gru, rnn, transformer/,
    );
    const long = parseSetting('training.seconds', new Array<string>(100_000).fill('much'));
    assert.ok(describeProblem(inEnglish, long.problem!).length < 300);
  });

  it('that takes whole numbers is rounded', () => {
    assert.equal(parseSetting('sampling.topK', 12.6).value, 13);
  });

  it('always ends within its range, and says so whenever it was changed', () => {
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.anything(), (name, given) => {
        const setting: Setting = SETTINGS[name];
        const { value, problem } = parseSetting(name, given);
        if (setting.kind === 'number') {
          assert.ok(value! >= setting.minimum && value! <= setting.maximum);
          assert.ok(!setting.integer || Number.isInteger(value));
        }
        assert.equal(
          problem === null,
          given === undefined || Object.is(given, value) || given === value,
          format(given),
        );
        if (problem !== null) {
          assert.match(
            describeProblem(inEnglish, problem),
            new RegExp(`^The setting understudy.${name} is `),
          );
        }
      }),
    );
  });
});
