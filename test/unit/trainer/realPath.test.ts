import assert from 'node:assert/strict';
import { mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { realPath } from '../../../src/trainer/realPath';

describe('realPath', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'understudy-real-')));
    await mkdir(join(folder, 'notes'));
    await symlink(join(folder, 'notes'), join(folder, 'link'), 'junction');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('follows links', async () => {
    assert.equal(await realPath(join(folder, 'link')), join(folder, 'notes'));
  });

  it('follows links where the system cannot tell the real path, as on an encrypted container of Windows', async () => {
    const ofSystem = (path: string): Promise<string> =>
      Promise.reject(
        Object.assign(new Error(`EISDIR: illegal operation on a directory, realpath '${path}'`), {
          code: 'EISDIR',
        }),
      );
    assert.equal(await realPath(join(folder, 'link'), ofSystem), join(folder, 'notes'));
  });

  it('tells of what is not there', async () => {
    await assert.rejects(realPath(join(folder, 'none')), { code: 'ENOENT' });
  });
});
