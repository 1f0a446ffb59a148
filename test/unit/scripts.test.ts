import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(__dirname, '../..');

describe('scripts that are started by name and imported as well', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'understudy 剧团 '));
    await cp(join(root, 'scripts'), join(folder, 'scripts'), { recursive: true });
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** They fail for lack of sources or of an option; what matters is that they do not end as if they had done their work. */
  for (const [script, ...args] of [['build.mjs'], ['llama.mjs', '--no-such-option']]) {
    it(`${script} does not pass over its work in a folder with spaces or Chinese in its name`, () => {
      const { status, stderr } = spawnSync(process.execPath, [join(folder, 'scripts', script), ...args], {
        encoding: 'utf8',
      });
      assert.equal(status, 1, stderr);
      assert.match(stderr, /ENOENT|no-such-option/);
    });
  }

  it('build.mjs does its work when a link lies on the way to it, which Windows leaves in the name of the current folder', async () => {
    const link = `${folder} link`;
    await symlink(folder, link, 'junction');
    try {
      const { status, stderr } = spawnSync(process.execPath, [join(link, 'scripts', 'build.mjs')], {
        encoding: 'utf8',
      });
      assert.equal(status, 1, stderr);
    } finally {
      await rm(link);
    }
  });

  it('build.mjs looks first whether the packages of the lock file are installed, as in a fresh clone they are not', () => {
    const { stderr } = spawnSync(process.execPath, [join(folder, 'scripts', 'build.mjs')], {
      encoding: 'utf8',
    });
    assert.match(stderr, /ENOENT.*package-lock\.json/);
  });
});
