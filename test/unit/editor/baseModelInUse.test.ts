import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GeneratorModel } from '../../../src/completion/generatorModel';
import { BaseModelInUse } from '../../../src/editor/baseModelInUse';
import { BaseModel } from '../../../src/trainer/baseModel';
import { shippedFiles } from '../../../src/trainer/shippedFiles';
import { smallModelBytes } from '../../support/smallModel';

const shipped = { tokenizer: 'models/base/tokenizer.json', baseModel: 'models/base/model.safetensors' };

describe('the base model of a window', () => {
  let folder = '';
  let used: (string | null)[];
  let changes: number;
  let inUse: BaseModelInUse;
  const model = new GeneratorModel(
    {
      kernelPath: shippedFiles('.').kernel,
      tokenizerPath: shipped.tokenizer,
      baseModelPath: shipped.baseModel,
    },
    (sentence) => {
      assert.fail(sentence);
    },
  );

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'understudy-base-'));
    used = [];
    changes = 0;
    const generator = {
      loadBase: (path: string | null) => {
        const description = model.useNetwork('base', path);
        used.push(path);
        return Promise.resolve({ kind: 'modelLoaded', id: 0, description } as const);
      },
    };
    inUse = new BaseModelInUse(new BaseModel(folder, shipped), generator, () => {
      changes++;
    });
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const keepImported = (bytes: Uint8Array): string => {
    const path = join(folder, 'base', 'model.safetensors');
    mkdirSync(join(folder, 'base'));
    writeFileSync(path, bytes);
    return path;
  };

  it('stays the shipped one, which the generator starts with, where none was imported', async () => {
    await inUse.start();
    assert.deepEqual([used, changes], [[], 1]);
  });

  it('is the imported one, and the shipped one again once that is removed', async () => {
    const path = keepImported(readFileSync(shipped.baseModel));
    await inUse.start();
    await inUse.useShipped();
    assert.deepEqual([used, changes], [[path, shipped.baseModel], 2]);
  });

  it('stays the shipped one, and the reason is told, where the imported one is of another tokenizer', async () => {
    keepImported(smallModelBytes(1));
    await assert.rejects(inUse.start(), {
      message: /^The model "model\.safetensors" was trained with another/,
    });
    assert.deepEqual(used, []);
    assert.ok(model.hasNetwork);
  });
});
