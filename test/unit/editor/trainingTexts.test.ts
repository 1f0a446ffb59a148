import assert from 'node:assert/strict';
import {
  durationText,
  eventText,
  fileListText,
  leftOutLines,
  planOrigin,
  planSummary,
  activityText,
  resultText,
  sizeText,
} from '../../../src/editor/trainingTexts';
import type { DoneEvent, TrainingPlan } from '../../../src/protocol/trainerProtocol';
import { plainTranslate as t } from '../../support/plainTranslate';

const plan: TrainingPlan = {
  files: [
    { root: '/novel', path: 'one.md', bytes: 812_000, heldOutShare: 0 },
    { root: '/novel', path: 'two.md', bytes: 9_400, heldOutShare: 1 },
  ],
  trainBytes: 812_000,
  heldOutBytes: 9_400,
  leftOut: { binary: 2, ignored: 40, empty: 0 },
  largestLeftOut: [{ root: '/novel', path: 'photo.raw', bytes: 30_000_000, reason: 'binary' }],
  startsAfresh: false,
  continues: null,
  estimate: { trainTokens: 200_000, seconds: 600, epochs: 2.44 },
};
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

describe('what a training does before its first step', () => {
  it('is to choose an engine once the texts are read, and then to start', () => {
    const files = {
      kind: 'files',
      trainFiles: 1,
      heldOutFiles: 1,
      bytes: 9,
      tokens: 3,
      leftOut: {},
    } as const;
    assert.equal(activityText(t, files), 'choosing an engine…');
    assert.equal(
      eventText(t, files, (sentence) => sentence),
      '1 file to learn from and 1 to measure on, 0.0 kB',
    );
    const engine = { kind: 'engine', name: 'wasm', description: 'WebAssembly', reason: '' } as const;
    assert.equal(activityText(t, engine), 'starting the training…');
    assert.equal(activityText(t, { kind: 'loading', name: 'wasm' }), null);
  });

  it('says that it measures after the last step', () => {
    assert.equal(
      activityText(t, { kind: 'calibrating', progress: 0.418 }),
      'measuring what was learned, 41 %',
    );
  });
});

describe('the preview of a training', () => {
  it('says how much is read and how long it takes', () => {
    assert.equal(planSummary(t, plan), '2 files, 821 kB, about 10 min: 2.4 passes over the text');
    assert.match(planSummary(t, { ...plan, files: plan.files.slice(1) }), /^1 file, /);
  });

  it('says that a short training reads a part of much text, not none of it', () => {
    const estimate = { trainTokens: 15_000, seconds: 20, epochs: 0.0412 };
    assert.match(planSummary(t, { ...plan, estimate }), /about 20 s: 0\.04 passes/);
  });

  it('says when it starts from scratch', () => {
    assert.equal(
      planOrigin(t, { ...plan, startsAfresh: true }),
      'Starts from scratch, as there is no model of this kind and size to go on from.',
    );
    assert.equal(planOrigin(t, plan), null);
  });

  it('says from which model it continues, and how much is new to that', () => {
    const continues = { trainedAt: '2026-03-01T12:00:00.000Z', changedFiles: 3, files: 120 };
    const estimate = { trainTokens: 200_000, seconds: 60, epochs: 12.2 };
    const changed = { ...plan, continues, estimate };
    assert.equal(
      planOrigin(t, changed),
      'Continues from the model of 2026-03-01: 3 of 120 files are new to it or have changed.',
    );
    assert.equal(planSummary(t, changed), 'About 60 s: 12 passes over what has changed.');
    const one = { ...plan, continues: { changedFiles: 1, files: 1 } };
    assert.match(planOrigin(t, one)!, /: 1 of 1 file is new to it or has changed\.$/);
    const unchanged = { ...plan, continues: { changedFiles: 0, files: 120 } };
    assert.equal(
      planOrigin(t, unchanged),
      'Continues from the model of this workspace: no file has changed since.',
    );
    assert.equal(planSummary(t, unchanged), planSummary(t, plan));
  });

  it('says what is left out and why, most first', () => {
    assert.deepEqual(leftOutLines(t, plan), [
      { count: 40, reason: 'named in .gitignore or .understudyignore' },
      { count: 2, reason: 'not text' },
    ]);
  });

  it('lists every file, marks those kept aside, and names the largest left out', () => {
    const text = fileListText(t, plan);
    assert.match(text, /^ {4}812 kB {2}one\.md$/m);
    assert.match(text, /^ {4}9\.4 kB {2}two\.md — kept aside$/m);
    const files = [{ root: '/novel', path: 'one.md', bytes: 5000, heldOutShare: 0.2 }];
    assert.match(fileListText(t, { ...plan, files }), /one\.md — its end is kept aside$/m);
    assert.match(text, /30 MB {2}photo\.raw — not text/);
  });

  it('names each folder once, above its files', () => {
    const files = ['/novel', '/novel', '/notes'].map((root, i) => ({
      ...{ root, path: `${i}.md`, bytes: 5000, heldOutShare: 0 },
    }));
    const [, listed] = fileListText(t, { ...plan, files, leftOut: {}, largestLeftOut: [] }).split(
      'result:\n',
    );
    assert.equal(listed, '\n/novel\n    5.0 kB  0.md\n    5.0 kB  1.md\n\n/notes\n    5.0 kB  2.md\n');
  });

  it('says that there is no text where all is left out, and explains no list', () => {
    const text = fileListText(t, { ...plan, files: [] });
    assert.match(text, /^There is no text to learn from in this workspace\.\n\nLeft out:/);
    assert.doesNotMatch(text, /passes|Learned/);
  });

  it('has no heading for what is left out where nothing is', () => {
    assert.doesNotMatch(
      fileListText(t, { ...plan, leftOut: { binary: 0 }, largestLeftOut: [] }),
      /left out/i,
    );
  });
});

describe('sizes and times', () => {
  it('are short', () => {
    assert.deepEqual([sizeText(950), sizeText(1_250_000), sizeText(48e6)], ['0.9 kB', '1.3 MB', '48 MB']);
    assert.deepEqual(
      [59, 89, 600, 3 * 3600].map((seconds) => durationText(t, seconds)),
      ['59 s', '89 s', '10 min', '3.0 h'],
    );
  });
});

describe('the result of a training', () => {
  it('shows before and after when it helped', () => {
    assert.match(result({}), /^Training helped: 1\.50 bits per byte.*2\.00 before \(25 % less\)/);
  });

  it('says that the new model is used only where its folders are those of the workspace', () => {
    assert.match(result({}), /\. The new model is used from now on\.$/);
    assert.match(
      result({}, false),
      /\. The folders .* have changed meanwhile, so it is used when they are again/,
    );
    assert.doesNotMatch(result({ outcome: 'notImproved', modelPath: null }, false), /used/);
  });

  it('says plainly that it did not help', () => {
    assert.match(
      result({ outcome: 'notImproved', after: score(2.1), modelPath: null }),
      /did not help.*2\.10.*2\.00/,
    );
  });

  it('does not compare where there was nothing before', () => {
    assert.match(result({ before: null }), /^The personal network is trained: 1\.50 bits/);
  });

  it('says that a cancelled training leaves the model as it was', () => {
    assert.match(result({ outcome: 'cancelled', modelPath: null }), /the model is as it was/);
  });

  it('does not call a network better that alone costs more, even if ghost text gains by it', () => {
    const text = result({ after: score(2.2), mix: { before: score(1.8), after: score(1.4) } });
    assert.match(text, /^The personal network is trained: 2\.20 bits .* 1\.40 with it\.$/);
  });

  it('says that a network is not used where ghost text does not gain by it', () => {
    const mix = { before: score(1.736), after: score(1.782) };
    const text = result({ outcome: 'notImproved', modelPath: null, mix });
    assert.match(text, /^Ghost text as a whole does not gain .* not used\./);
    assert.match(text, /1\.74 bits per byte without the personal network, 1\.78 with it\.$/);
  });

  it('adds what ghost text as a whole gains', () => {
    const mix = { before: score(1.8), after: score(1.4) };
    assert.match(result({ mix }), /1\.80 bits per byte without the personal network, 1\.40 with it/);
    assert.match(
      result({ mix: { ...mix, earlier: score(1.5) } }),
      /1\.80 bits per byte without a personal network, 1\.50 with the earlier one, 1\.40 with the new one/,
    );
  });

  it('shows enough decimals to tell the new from the old', () => {
    const mix = { before: score(0.9231), after: score(0.9184) };
    assert.match(result({ mix }), /0\.923 bits per byte without the personal network, 0\.918 with it/);
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
      /as it was\.Ghost text/,
    );
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

  it('says once what ghost text as a whole gains: in the result', () => {
    assert.equal(
      eventText(t, { kind: 'calibrated', mix: { before: score(2), after: score(1) } }, shown),
      null,
    );
  });
});
