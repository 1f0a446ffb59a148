import assert from 'node:assert/strict';
import { activityText, eventText, timeLeftText } from '../../../src/editor/trainingTexts';
import { inEnglish as t } from '../../../src/editor/translate';

describe('what a training does before its first step', () => {
  it('is to choose an engine once the texts are read, and then to start', () => {
    const files = { kind: 'files', trainFiles: 1, heldOutFiles: 1, bytes: 9 } as const;
    assert.equal(activityText(t, files), 'choosing an engine…');
    assert.equal(
      eventText(t, files, (sentence) => sentence),
      '1 file to learn from and 1 to measure on, 9 B',
    );
    const engine = { kind: 'engine', name: 'wasm', description: 'WebAssembly', reason: '' } as const;
    assert.equal(activityText(t, engine), 'starting the training…');
    assert.equal(activityText(t, { kind: 'loading', name: 'wasm' }), null);
  });

  it('says that it measures after the last step', () => {
    assert.equal(
      activityText(t, { kind: 'calibrating', progress: 0.418 }),
      'measuring what was learned, 25 %',
    );
  });
});

describe('what the notification of a training says, which screen readers say at each change', () => {
  const inTurn = (texts: readonly string[]): string[] =>
    texts.filter((text, index) => text !== texts[index - 1]);

  it('changes once a minute while the training takes steps', () => {
    const step = { kind: 'step', step: 1, progress: 0.5, trainLoss: 3, tokensPerSecond: 1000 } as const;
    const seconds = Array.from({ length: 200 }, (_, second) => 200 - second);
    const texts = seconds.map((secondsLeft) => timeLeftText(t, { ...step, secondsLeft }));
    assert.deepEqual(inTurn(texts), ['3 min left', '2 min left', '60 s left', '30 s left']);
  });

  it('changes four times while what was learned is measured', () => {
    const shares = Array.from({ length: 100 }, (_, index) => index / 100);
    const texts = shares.map((progress) => activityText(t, { kind: 'calibrating', progress })!);
    assert.deepEqual(
      inTurn(texts).map((text) => text.slice(-4)),
      [' 0 %', '25 %', '50 %', '75 %'],
    );
  });
});

describe('what a training does where an engine failed and the next one goes on', () => {
  it('is to read the texts again, not the last step of the one that failed', () => {
    assert.equal(activityText(t, { kind: 'scanning', files: 1, bytes: 9, leftOut: 0 }), 'reading texts…');
  });
});

describe('what the panel keeps of a training', () => {
  const shown = (sentence: string): string => sentence.toUpperCase();

  it('names the engine, and leaves to the log why it is not another one', () => {
    const event = { kind: 'engine', name: 'wasm', description: 'one thread', reason: 'No GPU.' } as const;
    assert.equal(eventText(t, event, shown), 'Engine: ONE THREAD');
  });

  it('says what the trainer warns of in the language of the user', () => {
    assert.equal(eventText(t, { kind: 'warning', message: 'The disk is full.' }, shown), 'THE DISK IS FULL.');
  });
});
