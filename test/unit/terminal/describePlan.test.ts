import assert from 'node:assert/strict';
import { describePlan } from '../../../src/terminal/describePlan';

describe('the plan of a training in a terminal', () => {
  const file = { root: '/text', path: 'a.md', bytes: 2000, heldOutShare: 0.1 };
  const planOf = (changedFiles: number, files: number, path = 'a.md', tooLittle = false) =>
    describePlan({
      files: Array.from({ length: files }, () => ({ ...file, path })),
      trainBytes: 1800,
      heldOutBytes: 200,
      leftOut: { binary: 1 },
      largestLeftOut: [{ ...file, path, reason: 'binary' }],
      continues: { changedFiles, files },
      resumes: false,
      tooLittle,
      startsAfresh: false,
      estimate: { trainTokens: files, seconds: 60, epochs: 2 },
    });

  it('counts one of a thing as one, and several as several', () => {
    assert.match(
      planOf(1, 1),
      /^Reads 1 file,[^]*: 1 of 1 file holds text that it has not read; [^]* of 1 file aside [^]* 1 token\.\n$/,
    );
    assert.match(
      planOf(2, 3),
      /^Reads 3 files,[^]*: 2 of 3 files hold text that it has not read; [^]* of 3 files aside [^]* 3 tokens\.\n$/,
    );
  });

  it('says that there is too little text instead of what is learned from it', () => {
    assert.match(planOf(1, 1, 'a.md', true), /\nThat is too little text to learn from\.\n$/);
    assert.doesNotMatch(planOf(1, 1, 'a.md', true), /learns from/);
  });

  it('names the largest files, and says how many more there are', () => {
    const namedIn = (files: number) => planOf(1, files).split('Left out:')[0].split('\n').slice(1, -1);
    assert.equal(namedIn(12).length, 12);
    assert.deepEqual(namedIn(15).slice(11), ['     2.0 kB  a.md', '             and 3 smaller']);
  });

  it('names each file on one line, without what a terminal would obey', () => {
    const lines = planOf(1, 1, 'a\n\u001b[31mb.md').split('\n');
    assert.deepEqual(lines.slice(1, 4), [
      '     2.0 kB  a\ufffd\ufffd[31mb.md',
      'Left out:',
      '          1  not text (a\ufffd\ufffd[31mb.md)',
    ]);
  });
});
