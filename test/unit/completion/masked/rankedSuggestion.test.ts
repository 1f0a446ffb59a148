import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { GeneratorClient } from '../../../../src/completion/generatorClient';
import { cursorText } from '../../../support/cursorText';
import { kernelBytes } from '../../../support/kernelBytes';
import {
  onnxFolder,
  onnxProcessPath,
  requireOnnxRuntime,
  writeMaskedModel,
} from '../../../support/maskedModel';

const LAMP = 'The keeper lit the lamp at dusk.\n';
const STOVE = 'The keeper lit the stove with coal.\n';

describe('ghost text before text that stands right of the cursor', function () {
  this.timeout(120_000);
  let folder = '';
  let client: GeneratorClient;
  before(async function () {
    requireOnnxRuntime(this);
    folder = mkdtempSync(join(tmpdir(), 'understudy-ranked-'));
    writeFileSync(join(folder, 'kernel.wasm'), await kernelBytes());
    writeMaskedModel(join(folder, 'small'), LAMP + STOVE);
    client = new GeneratorClient({
      workerPath: resolve('test/support/generatorWorker.mjs'),
      kernelPath: join(folder, 'kernel.wasm'),
      tokenizerPath: resolve('models/base/tokenizer.json'),
      baseModelPath: null,
      onnxPath: onnxProcessPath,
    });
    const text = STOVE.repeat(5) + LAMP.repeat(4);
    await client.learnFiles([{ uri: 'file:///lessons.md', text, recent: true }]);
  });
  after(async () => {
    if (folder !== '') {
      await client.dispose();
      rmSync(folder, { recursive: true });
    }
  });

  const question = (marked: string) => ({
    document: { uri: 'file:///a.md', languageId: 'markdown', ...cursorText(marked) },
    multiline: false,
    eagerness: 0.9,
    maxNewTokens: 16,
  });
  const patient = async (marked: string): Promise<string> =>
    (await client.refine(question(marked), new AbortController().signal)).insertText;
  const AT_DUSK = 'The keeper lit the█ at dusk.';
  const WITH_COAL = 'The keeper lit the█ with coal.';

  it('is the likeliest one without a masked model, whatever follows', async () => {
    assert.deepEqual([await patient(AT_DUSK), await patient(WITH_COAL)], [' stove with coal.', ' stove']);
  });

  it('is the one that joins what follows with a masked model, when it may be waited for', async () => {
    const { description } = await client.loadMasked({
      folder: join(folder, 'small'),
      modulePath: onnxFolder,
    });
    assert.equal(description, 'small (ONNX, 1 MB)');
    assert.equal((await client.complete(question(AT_DUSK))).insertText, ' stove with coal.');
    assert.deepEqual([await patient(AT_DUSK), await patient(WITH_COAL)], [' lamp', ' stove']);
    assert.equal(await patient('The keeper lit the█'), ' stove with coal.');
  });

  it('keeps to the masked model in use when another cannot be opened', async () => {
    const nowhere = join(folder, 'nowhere');
    assert.ok(!existsSync(nowhere));
    await assert.rejects(
      client.loadMasked({ folder: nowhere, modulePath: onnxFolder }),
      /The folder .*nowhere holds no model\.onnx/,
    );
    assert.equal(await patient(AT_DUSK), ' lamp');
  });

  it('is again the likeliest one when no masked model is chosen any more', async () => {
    await client.loadMasked(null);
    assert.equal(await patient(AT_DUSK), ' stove with coal.');
  });
});
