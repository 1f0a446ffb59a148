import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { mock } from 'node:test';
import { Script } from 'node:vm';
import { encode } from 'iconv-lite';
import { LearnableFiles, readPlannedText, reasonNotToLearn } from '../../../src/editor/learnableFile';

describe('a file that is saved', () => {
  const root = mkdtempSync(join(tmpdir(), 'understudy-saved-'));
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const reason = (path: string, text = 'The lamp burned in the window all night.\n') =>
    reasonNotToLearn({ root, path }, text, ['**/*.bak']);

  /** How often a rule that takes too long was waited for and stopped. */
  const timesStopped = async (work: () => Promise<unknown>): Promise<number> => {
    const run = mock.method(Script.prototype, 'runInContext');
    try {
      await work();
      return run.mock.calls.filter(({ error }) => error !== undefined).length;
    } finally {
      run.mock.restore();
    }
  };

  before(() => {
    mkdirSync(join(root, '.git'));
    write('.gitignore', 'drafts/\n');
    write('notes/.gitignore', 'private.md\n');
  });
  after(() => {
    rmSync(root, { recursive: true, force: true });
  });

  it('is learned when nothing speaks against it', async () => {
    assert.equal(await reason('chapters/one.md'), null);
  });

  it('is not learned where a scan would leave it out', async () => {
    assert.equal(await reason('drafts/deep/one.md'), 'ignored');
    assert.equal(await reason('notes/private.md'), 'ignored');
    assert.equal(await reason('one.bak'), 'excludedBySettings');
    assert.equal(await reason('node_modules/a/readme.md'), 'dependencyOrBuild');
    assert.equal(await reason('.env'), 'secret');
    assert.equal(await reason('package-lock.json'), 'lockFile');
    assert.equal(await reason('one.md', ''), 'empty');
  });

  it('is learned although something in it looks like a secret where .understudyignore names it', async () => {
    const text = 'See mysql://admin:hunter2secret@db.example.org/x.\n';
    assert.equal(await reason('keys/one.md', text), 'secretText');
    write('keys/.understudyignore', '!one.md\n');
    assert.equal(await reason('keys/one.md', text), null);
    assert.equal(await reason('keys/two.md', text), 'secretText');
    write('keys/one.md', text);
    write('keys/two.md', text);
    assert.equal(await readPlannedText({ root, path: 'keys/one.md', bytes: 1 }, ''), text);
    assert.equal(await readPlannedText({ root, path: 'keys/two.md', bytes: 1 }, ''), null);
    const named: [string, boolean | undefined][] = [];
    for await (const { path, isNamed } of new LearnableFiles([]).below({ root, path: 'keys' })) {
      named.push([path, isNamed]);
    }
    for await (const { path, isNamed } of new LearnableFiles([]).below({ root, path: 'keys/one.md' })) {
      named.push([path, isNamed]);
    }
    assert.deepEqual(
      named.filter(([path]) => path.endsWith('.md')),
      [
        ['keys/one.md', true],
        ['keys/two.md', false],
        ['keys/one.md', true],
      ],
    );
  });

  it('is not learned, and holds up nothing for years, where a rule was made for that', async () => {
    write('hostile/.gitignore', `x${'/**/a'.repeat(30)}/z\n`);
    assert.equal(await reason(`hostile/x/${'a/'.repeat(60)}one.md`), 'slowRules');
  });

  it('holds up the next save no more where a rule did that, until the rules are changed', async () => {
    const path = 'slow/1111111111111111111111111111111111111111.md';
    write('slow/.gitignore', `${'*[+-9]'.repeat(30)}z\n`);
    assert.equal(await timesStopped(() => reason(path)), 2);
    assert.equal(await timesStopped(() => reason(path)), 0);
    assert.equal(await reason(path), 'slowRules');
    assert.equal(await reason('slow/two.md'), null);
    write('slow/.gitignore', 'three.md\n');
    assert.equal(await reason(path), null);
  });

  it('is not held up again by a rule above the opened folder that was made for that', async () => {
    const opened = join(root, 'above', '1'.repeat(60));
    write(`above/${'1'.repeat(60)}/one.md`, '');
    write('above/.gitignore', `/${'*[+-9]'.repeat(30)}z\n`);
    const reasonIn = () => reasonNotToLearn({ root: opened, path: 'one.md' }, 'The lamp went out.\n', []);
    assert.equal(await timesStopped(reasonIn), 2);
    assert.equal(await timesStopped(reasonIn), 0);
    assert.equal(await reasonIn(), 'slowRules');
  });

  it('is not learned under the name of a link, since a scan finds it under its own or not at all', async function () {
    if (process.platform === 'win32') {
      // Links need a right there that most users lack.
      this.skip();
    }
    write('chapters/two.md', 'The lamp went out.\n');
    symlinkSync(join(root, 'chapters/two.md'), join(root, 'link.md'));
    symlinkSync(join(root, 'chapters'), join(root, 'linked'));
    assert.equal(await reason('link.md'), 'link');
    assert.equal(await reason('linked/two.md'), 'link');
    assert.equal(await reason('chapters/two.md'), null);
  });

  it('is not learned where the repository ignores it, although the folder was opened by a link', async function () {
    if (process.platform === 'win32') {
      this.skip();
    }
    const place = mkdtempSync(join(tmpdir(), 'understudy-opened-'));
    try {
      symlinkSync(join(root, 'chapters'), join(place, 'link'));
      write('.gitignore', 'drafts/\nchapters/private.md\n');
      const opened = (path: string) =>
        reasonNotToLearn({ root: join(place, 'link'), path }, 'The lamp.\n', []);
      assert.deepEqual([await opened('private.md'), await opened('one.md')], ['ignored', null]);
    } finally {
      rmSync(place, { recursive: true });
    }
  });

  it('is not learned so either when it was renamed or made in a linked folder', async function () {
    if (process.platform === 'win32') {
      this.skip();
    }
    write('letters/deep/three.md', 'The lamp was lit again.\n');
    symlinkSync(join(root, 'letters'), join(root, 'post'));
    const found = async (path: string, folder = root) => {
      const files: string[] = [];
      for await (const file of new LearnableFiles([]).below({ root: folder, path })) {
        files.push(file.path);
      }
      return files;
    };
    assert.deepEqual(await found('post/deep/three.md'), []);
    assert.deepEqual(await found('post/deep'), []);
    assert.deepEqual(await found('letters/deep'), ['letters/deep/three.md']);
    assert.deepEqual(await found('deep', join(root, 'post')), ['deep/three.md']);
  });
});

describe('a file that a scan has found', () => {
  const root = mkdtempSync(join(tmpdir(), 'understudy-planned-'));
  const text = 'The lamp burned in the window all night.\n';
  const planned = { root, path: 'one.md', bytes: text.length };
  const write = (now: string | Uint8Array): void => {
    writeFileSync(join(root, 'one.md'), now);
  };
  after(() => {
    rmSync(root, { recursive: true });
  });

  it('is read as it is now', async () => {
    write(text);
    assert.equal(await readPlannedText(planned, ''), text);
    write(text + text);
    assert.equal(await readPlannedText(planned, ''), text + text);
    write(encode('Total 总数', 'gbk'));
    assert.equal(await readPlannedText(planned, 'gbk'), 'Total 总数');
  });

  it('is not learned when a key was saved in it since, or it has been emptied or deleted', async () => {
    write(`${text}ghp_${'a1B2c3'.repeat(6)}\n`);
    assert.equal(await readPlannedText(planned, ''), null);
    write('');
    assert.equal(await readPlannedText(planned, ''), null);
    rmSync(join(root, 'one.md'));
    assert.equal(await readPlannedText(planned, ''), null);
  });
});
