import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readUpTo } from '../../../src/terminal/readUpTo';

describe('a file to complete', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'understudy-file-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is read whole up to a size, and above it not at all', async () => {
    const path = join(folder, 'a.log');
    await writeFile(path, 'x'.repeat(200_000));
    assert.equal((await readUpTo(path, 200_000))?.length, 200_000);
    assert.equal(await readUpTo(path, 199_999), null);
    await assert.rejects(readUpTo(folder, 10), { code: 'EISDIR' });
  });

  it('is no device without end', async function () {
    if (process.platform === 'win32') {
      this.skip();
    }
    assert.equal(await readUpTo('/dev/zero', 1_000_000), null);
  });
});
