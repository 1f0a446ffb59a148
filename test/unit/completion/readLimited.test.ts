import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readLimited } from '../../../src/completion/readLimited';

describe('a file read whole', () => {
  it('lets other work run meanwhile, is complete, and is refused when it is too large', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'understudy-read-'));
    try {
      const path = join(folder, 'model.h5');
      writeFileSync(path, Buffer.alloc(1 << 22, 7));
      let isOthersTurn = false;
      setImmediate(() => (isOthersTurn = true));
      const bytes = await readLimited(path, 'The model', 1 << 22);
      assert.ok(isOthersTurn && bytes.length === 1 << 22 && bytes.every((byte) => byte === 7));
      await assert.rejects(
        readLimited(path, 'The model', 1 << 21),
        /^Error: The model model\.h5 is larger than 2 MB/,
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('is no device, which a link in a downloaded folder may lead to, and which never ends', async function () {
    if (process.platform === 'win32') {
      this.skip();
    }
    await assert.rejects(
      readLimited('/dev/zero', 'The vocabulary', 1 << 20),
      /^Error: The vocabulary \/dev\/zero cannot be read \(it is not an ordinary file\)/,
    );
  });
});
