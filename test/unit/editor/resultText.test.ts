import assert from 'node:assert/strict';
import { resultText } from '../../../src/editor/resultText';
import type { DoneEvent } from '../../../src/protocol/trainerEvents';
import { inEnglish as t } from '../../../src/editor/translate';

const score = (bitsPerByte: number) => ({ bytes: 1000, bitsPerByte });
const result = (change: Partial<DoneEvent>, isInUse = true): string =>
  resultText(
    t,
    {
      kind: 'done',
      outcome: 'improved',
      before: score(2),
      after: score(1.5),
      steps: 10,
      tokensPerSecond: 800,
      modelPath: '/m',
      ...change,
    },
    isInUse,
  );

describe('the result of a training', () => {
  it('shows before and after when it helped', () => {
    assert.match(result({}), /^Training helped: 1\.50 bits per byte.*2\.00 before \(25 % fewer\)/);
  });

  it('says that the new model is used only where its folders are those of the workspace', () => {
    assert.match(result({}), /\. The new model is used from now on\.$/);
    assert.match(result({}, false), /\. The folders .* have changed meanwhile; the new model is used once/);
    assert.doesNotMatch(result({ outcome: 'notImproved', modelPath: null }, false), /used/);
  });

  it('says plainly that it did not help', () => {
    assert.match(
      result({ outcome: 'notImproved', after: score(2.1), modelPath: null }),
      /did not help.*2\.10.*2\.00 before; the model is unchanged\./,
    );
  });

  it('does not compare where there was nothing before', () => {
    assert.match(result({ before: null }), /^The personal network is trained: 1\.50 bits/);
  });

  it('says that a cancelled training leaves the model as it was', () => {
    assert.match(result({ outcome: 'cancelled', modelPath: null }), /the model is unchanged/);
  });

  it('does not call a network better that alone costs more, even if ghost text gains by it', () => {
    const text = result({ after: score(2.2), mix: { before: score(1.8), after: score(1.4) } });
    assert.match(
      text,
      /^The personal network is trained: 2\.20 bits .* 1\.40 with it \(fewer is better\)\.$/,
    );
  });

  it('says that a network is not used where ghost text does not gain by it', () => {
    const mix = { before: score(1.736), after: score(1.782) };
    const text = result({ outcome: 'notImproved', modelPath: null, mix });
    assert.match(text, /^The new network does not improve ghost text .* not used\./);
    assert.match(
      text,
      /1\.74 bits per byte without the personal network, 1\.78 with it \(fewer is better\)\.$/,
    );
  });

  it('says that the earlier network stays where ghost text does not gain by the new one', () => {
    const mix = { before: score(1.8), after: score(1.7), earlier: score(1.6) };
    const text = result({ outcome: 'notImproved', modelPath: null, mix });
    assert.match(text, /^The new network does not improve ghost text as a whole, so the earlier one stays\./);
  });

  it('adds what ghost text as a whole gains', () => {
    const mix = { before: score(1.8), after: score(1.4) };
    assert.match(result({ mix }), /1\.80 bits per byte without the personal network, 1\.40 with it/);
    assert.match(
      result({ mix: { ...mix, earlier: score(1.5) } }),
      /1\.80 bits per byte without a personal network, 1\.50 with the earlier one, 1\.40 with the new one \(fewer is better\)\.$/,
    );
  });

  it('shows enough decimals to tell the new from the old', () => {
    const mix = { before: score(0.9231), after: score(0.9184) };
    assert.match(result({ mix }), /0\.923 bits per byte without the personal network, 0\.918 with it/);
    const again = { before: score(1.7597), earlier: score(1.71345), after: score(1.71312) };
    assert.match(result({ mix: again }), /1\.7134 with the earlier one, 1\.7131 with the new one/);
    assert.match(
      result({ outcome: 'notImproved', before: score(1.502), after: score(1.504) }),
      /1\.504 .* 1\.502/,
    );
  });

  it('puts no space between two Chinese sentences', () => {
    const chinese: typeof t = (message, ...values) =>
      t(message === '{0} {1}' ? '{0}{1}' : message, ...values);
    const done = { kind: 'done', outcome: 'cancelled', before: null, after: null, steps: 0 } as const;
    const mix = { before: score(1.8), after: score(1.4) };
    assert.match(
      resultText(chinese, { ...done, tokensPerSecond: 0, modelPath: null, mix }, false),
      /unchanged\.Ghost text/,
    );
  });
});
