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
const STOVE_AT_DUSK = 'The keeper lit the stove at dusk.\nThe keeper lit the lamp with coal.\n';

describe('ghost text before text that stands right of the cursor', function () {
  this.timeout(120_000);
  let folder = '';
  let client: GeneratorClient;
  before(async function () {
    requireOnnxRuntime(this);
    folder = mkdtempSync(join(tmpdir(), 'understudy-ranked-'));
    writeFileSync(join(folder, 'kernel.wasm'), await kernelBytes());
    // It knows the opposite of the workspace, which shows whose judgement is used.
    writeMaskedModel(join(folder, 'small'), STOVE_AT_DUSK);
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
    eagerness: 0.5,
    maxNewTokens: 16,
  });
  const patient = async (marked: string): Promise<string> =>
    (await client.refine(question(marked), new AbortController().signal)).insertText;
  const AT_DUSK = 'The keeper lit the█ at dusk.';
  const WITH_COAL = 'The keeper lit the█ with coal.';

  it('is the one that joins what follows, by the model itself', async () => {
    const shown = async (marked: string) => (await client.complete(question(marked))).insertText;
    assert.equal(await shown('The keeper lit the█'), ' stove with coal.');
    assert.deepEqual([await shown(AT_DUSK), await shown(WITH_COAL)], [' lamp', ' stove']);
    assert.deepEqual([await patient(AT_DUSK), await patient(WITH_COAL)], [' lamp', ' stove']);
  });

  it('is the one that a masked model joins to what follows, when it may be waited for', async () => {
    const { description } = await client.loadMasked({
      folder: join(folder, 'small'),
      modulePath: onnxFolder,
    });
    assert.equal(description, 'small (ONNX, 1 MB)');
    assert.equal((await client.complete(question(AT_DUSK))).insertText, ' lamp');
    assert.equal(await patient(AT_DUSK), ' stove with coal.');
    assert.equal(await patient('The keeper lit the█'), ' stove with coal.');
  });

  it('keeps to the masked model in use when another cannot be opened', async () => {
    const nowhere = join(folder, 'nowhere');
    assert.ok(!existsSync(nowhere));
    await assert.rejects(
      client.loadMasked({ folder: nowhere, modulePath: onnxFolder }),
      /The folder .*nowhere holds no model\.onnx/,
    );
    assert.equal(await patient(AT_DUSK), ' stove with coal.');
  });

  it('is again the one that the model itself joins when no masked model is chosen any more', async () => {
    await client.loadMasked(null);
    assert.equal(await patient(AT_DUSK), ' lamp');
  });
});
