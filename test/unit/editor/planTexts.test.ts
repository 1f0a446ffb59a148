import assert from 'node:assert/strict';
import {
  afreshText,
  fileListText,
  leftOutLines,
  planFault,
  planOrigin,
  planSummary,
} from '../../../src/editor/planTexts';
import type { TrainingPlan } from '../../../src/protocol/trainerEvents';
import { inEnglish as t } from '../../../src/editor/translate';

const plan: TrainingPlan = {
  files: [
    { root: '/novel', path: 'one.md', bytes: 812_000, heldOutShare: 0 },
    { root: '/novel', path: 'two.md', bytes: 9_400, heldOutShare: 1 },
  ],
  trainBytes: 812_000,
  heldOutBytes: 9_400,
  leftOut: { binary: 2, ignored: 40, empty: 0 },
  largestLeftOut: [{ root: '/novel', path: 'photo.raw', bytes: 30_000_000, reason: 'binary' }],
  tooLittle: false,
  startsAfresh: false,
  continues: null,
  resumes: false,
  estimate: { trainTokens: 200_000, seconds: 600, epochs: 2.44 },
};

describe('the preview of a training', () => {
  it('says how much is read and how long it takes', () => {
    assert.equal(planSummary(t, plan), '2 files, 821 kB, about 10 min: 2.4 passes over the text');
    assert.match(planSummary(t, { ...plan, files: plan.files.slice(1) }), /^1 file, /);
  });

  it('says that a short training reads a part of much text, not none of it', () => {
    const estimate = { trainTokens: 15_000, seconds: 20, epochs: 0.0412 };
    assert.match(planSummary(t, { ...plan, estimate }), /about 20 s: 0\.04 passes/);
    assert.match(planSummary(t, { ...plan, estimate: { ...estimate, seconds: 0.02 } }), /about 1 s:/);
  });

  it('says when it starts from scratch', () => {
    assert.equal(
      planOrigin(t, { ...plan, startsAfresh: true }),
      'Starts from scratch, as there is no model of this kind and size to continue from.',
    );
    assert.equal(planOrigin(t, plan), null);
  });

  it('does not say that training afresh starts from a base model that has another kind or size', () => {
    assert.match(afreshText(t, true), /^Starts from the base model and /);
    assert.match(afreshText(t, false), /^Starts from scratch and /);
  });

  it('says when it goes on with an interrupted training', () => {
    const sentence = 'Continues the interrupted training from where it was last saved.';
    assert.equal(planOrigin(t, { ...plan, resumes: true }), sentence);
    assert.ok(fileListText(t, { ...plan, resumes: true }).startsWith(`${sentence}\n`));
  });

  it('says from which model it continues, and how much is new to that', () => {
    const continues = { trainedAt: '2026-03-01T12:00:00.000Z', changedFiles: 3, files: 120 };
    const estimate = { trainTokens: 200_000, seconds: 60, epochs: 12.2 };
    const changed = { ...plan, continues, estimate };
    assert.equal(
      planOrigin(t, changed),
      'Continues from the model of 2026-03-01: 3 of 120 files hold text that it has not read.',
    );
    assert.equal(planSummary(t, changed), 'About 60 s: 12 passes over what is new.');
    const one = { ...plan, continues: { changedFiles: 1, files: 1 } };
    assert.match(planOrigin(t, one)!, /: 1 of 1 file holds text that it has not read\.$/);
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

  it('says that there is too little text, and not how long learning it takes, and lists it all the same', () => {
    const little = { ...plan, tooLittle: true };
    const fault = planFault(t, little);
    assert.match(
      fault ?? '',
      /^There is too little text to learn from in this workspace: learning and measuring /,
    );
    assert.equal(planFault(t, plan), null);
    const text = fileListText(t, little);
    assert.ok(text.startsWith(`${fault}\n\n/novel\n`), text);
    assert.match(text, /one\.md/);
    assert.doesNotMatch(text, /passes|Learned/);
  });

  it('has no heading for what is left out where nothing is', () => {
    assert.doesNotMatch(
      fileListText(t, { ...plan, leftOut: { binary: 0 }, largestLeftOut: [] }),
      /left out/i,
    );
  });
});
