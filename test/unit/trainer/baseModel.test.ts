import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeCheckpoint, encodeCheckpoint } from '../../../src/model/checkpoint/checkpoint';
import { quantizeWeights } from '../../../src/model/network/quantizedMatrix';
import type { NetworkConfig } from '../../../src/model/networkConfig';
import { BaseModel } from '../../../src/trainer/baseModel';
import { ModelStore } from '../../../src/trainer/modelStore';
import { shippedTokenizer } from '../../support/shippedTokenizer';
import { whileHeldOnWindows } from '../../support/whileHeldOnWindows';
import { randomWeights } from '../model/network/randomWeights';

const shipped = { tokenizer: 'models/base/tokenizer.json', baseModel: 'models/base/model.safetensors' };
const config: NetworkConfig = {
  architecture: 'gru',
  vocabSize: shippedTokenizer.vocabSize,
  embeddingSize: 4,
  hiddenSize: 4,
  numLayers: 1,
};

describe('the base model', () => {
  let folder = '';
  let base: BaseModel;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'understudy-base-'));
    base = new BaseModel(folder, shipped);
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const write = (name: string, tokenizer: unknown): string => {
    const weights = quantizeWeights(config, randomWeights(config, 3));
    const path = join(folder, name);
    writeFileSync(path, encodeCheckpoint({ config, weights, tokenizer, training: {}, gate: null }));
    return path;
  };

  it('is the shipped one until another is imported, and again when that is removed', async () => {
    assert.deepEqual([base.path, base.isImported], [shipped.baseModel, false]);
    const mine = write('mine.safetensors', shippedTokenizer.toJson());
    await base.importFrom(mine);
    assert.ok(base.isImported);
    const written = decodeCheckpoint(readFileSync(base.path!), 'base');
    assert.deepEqual(written.weights, decodeCheckpoint(readFileSync(mine), 'mine').weights);
    assert.equal(new BaseModel(folder, shipped).path, base.path, 'also for whoever looks later');
    assert.deepEqual(await new ModelStore(folder).list(), [], 'no workspace has it as its own');
    // As an import left it that was killed.
    const left = `${base.path}.1.partial`;
    writeFileSync(left, 'half a model');
    await base.importFrom(mine);
    assert.ok(!existsSync(left));
    writeFileSync(left, 'half a model');
    await whileHeldOnWindows(() => base.removeImported());
    assert.ok(!existsSync(left));
    assert.deepEqual([base.path, base.isImported], [shipped.baseModel, false]);
    await base.removeImported();
  });

  it('stays when it cannot be removed, and the reason is one sentence', async () => {
    // A folder in its place cannot be removed as a file, by whomever.
    mkdirSync(join(folder, 'base', 'model.safetensors', 'inside'), { recursive: true });
    await assert.rejects(base.removeImported(), {
      message: /model\.safetensors could not be written .*What was there before is unchanged\.$/,
    });
  });

  it('can be one that Keras has trained on a cluster, which then has the gate of the shipped one', async () => {
    await base.importFrom('test/fixtures/keras/cluster.keras');
    const { config: imported, training, gate } = decodeCheckpoint(readFileSync(base.path!), 'cluster');
    assert.ok(gate !== null);
    assert.deepEqual(gate, decodeCheckpoint(readFileSync(shipped.baseModel), 'shipped').gate);
    assert.equal(imported.vocabSize, shippedTokenizer.vocabSize);
    assert.match(training.engine ?? '', /^Keras/);
  });

  it('stays when a file is none that it can be, and the reason is one sentence', async () => {
    await base.importFrom(write('mine.safetensors', shippedTokenizer.toJson()));
    const before = readFileSync(base.path!);
    const other = structuredClone(shippedTokenizer.toJson()) as { model: { merges: unknown[] } };
    other.model.merges.reverse();
    writeFileSync(join(folder, 'broken.safetensors'), 'no model');
    writeFileSync(join(folder, 'large.safetensors'), '');
    truncateSync(join(folder, 'large.safetensors'), 600 * 1024 ** 2);
    const refused: (readonly [path: string, sentence: RegExp])[] = [
      [
        write('other.safetensors', other),
        /^other\.safetensors has a different tokenizer from this version of Understudy, .* nor the base model; train/,
      ],
      [
        write('kind.safetensors', { model: {} }),
        /^kind\.safetensors has a different tokenizer from this version/,
      ],
      ['test/fixtures/keras/gpt.keras', /its layers are not those of the personal network.*language model/],
      [
        join(folder, 'large.safetensors'),
        /^large\.safetensors is larger than 512 MB, so it is not a model of/,
      ],
      [join(folder, 'broken.safetensors'), /broken\.safetensors/],
      [folder, /is a folder; give the name of a model file\.$/],
      ...(process.platform === 'win32'
        ? []
        : ([
            ['/dev/zero', /^\/dev\/zero is not an ordinary file; give the name of a model file\.$/],
          ] as const)),
      [join(folder, 'none.keras'), /none\.keras cannot be read; check that it exists/],
    ];
    for (const [path, sentence] of refused) {
      await assert.rejects(base.importFrom(path), ({ message }: Error) => sentence.test(message));
      assert.deepEqual(readFileSync(base.path!), before);
    }
  });
});
