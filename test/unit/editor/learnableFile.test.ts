import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { reasonNotToLearn } from '../../../src/editor/learnableFile';

describe('a file that is saved', () => {
  const root = mkdtempSync(join(tmpdir(), 'understudy-saved-'));
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const reason = (path: string, text = 'The lamp burned in the window all night.\n') =>
    reasonNotToLearn(root, path, text, ['**/*.bak']);

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
});
