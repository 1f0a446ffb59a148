import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { GeneratorClient } from '../../../../src/completion/generatorClient';
import { kernelBytes } from '../../../support/kernelBytes';

describe('a GGUF model chosen in the generator’s thread', function () {
  this.timeout(120_000);
  let folder = '';
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'understudy-chosen-'));
    writeFileSync(join(folder, 'kernel.wasm'), await kernelBytes());
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it('runs in a process of its own, stays when another cannot be opened, and ends with the thread', async () => {
    const client = new GeneratorClient({
      workerPath: resolve('test/support/generatorWorker.mjs'),
      kernelPath: join(folder, 'kernel.wasm'),
      tokenizerPath: resolve('models/base/tokenizer.json'),
      baseModelPath: null,
      llamaPath: resolve('test/support/scriptedLlama.mjs'),
    });
    const path = join(folder, 'PID.gguf');
    const { description } = await client.loadHalf({ kind: 'gguf', path, modulePath: folder });
    assert.match(description, /^Small \(\d+ parts of a tokenizer\)$/);
    // The process id would not tell: an ended process keeps it until its parent waits for it, and the parent's thread is gone.
    const isRunning = () => existsSync(`${path}.runs`);
    assert.ok(isRunning());
    await assert.rejects(
      client.loadHalf({ kind: 'gguf', path: join(folder, 'REFUSED.gguf'), modulePath: folder }),
      /It is not a GGUF file/,
    );
    assert.ok(isRunning());
    await client.dispose();
    const deadline = performance.now() + 20_000;
    while (isRunning() && performance.now() < deadline) {
      await new Promise((wait) => setTimeout(wait, 20));
    }
    assert.ok(!isRunning());
  });
});
