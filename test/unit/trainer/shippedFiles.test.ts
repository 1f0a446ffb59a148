import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shippedFiles } from '../../../src/trainer/shippedFiles';

it('the files that Understudy ships are in its folder, with the base model if the build has one', () => {
  const root = mkdtempSync(join(tmpdir(), 'understudy-shipped-'));
  try {
    assert.deepEqual(shippedFiles(root), {
      trainer: join(root, 'dist/trainer.js'),
      generator: join(root, 'dist/generator.js'),
      kernel: join(root, 'dist/kernel.wasm'),
      tokenizer: join(root, 'models/base/tokenizer.json'),
      baseModel: null,
    });
    const baseModel = join(root, 'models/base/model.safetensors');
    mkdirSync(join(root, 'models/base'), { recursive: true });
    writeFileSync(baseModel, '');
    assert.equal(shippedFiles(root).baseModel, baseModel);
  } finally {
    rmSync(root, { recursive: true });
  }
});
