import assert from 'node:assert/strict';
import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { downloadWheel } from '../../../../src/trainer/native/downloadWheel';

describe('Download of the wheel without pip', () => {
  const { PATH } = process.env;
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'understudy-wheel-'));
    // No other Python is found there.
    process.env['PATH'] = folder;
  });
  afterEach(async () => {
    process.env['PATH'] = PATH;
    await rm(folder, { recursive: true, force: true });
  });

  it('says how to get it, and runs no pip.py of the folder that VS Code was started in', async function () {
    if (process.platform === 'win32') {
      this.skip();
    }
    await writeFile(join(folder, 'python3'), `#!/bin/sh\npwd >> ${folder}/places\nexit 1\n`, { mode: 0o755 });
    await assert.rejects(
      downloadWheel(folder, { onProgress: () => undefined }),
      /^Error: The native engine needs pip here .*sudo apt install python3-pip/,
    );
    assert.equal(await readFile(join(folder, 'places'), 'utf8'), `${await realpath(folder)}\n`);
  });
});
