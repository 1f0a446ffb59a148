import * as assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { strToU8, unzipSync, zipSync } from 'fflate';
import { activationNamed } from '../../../../src/model/keras/activations';
import { openKerasFile } from '../../../../src/model/keras/kerasFile';
import { readKerasModel } from '../../../../src/model/keras/readKerasModel';
import {
  closeTo,
  described,
  descriptionOf,
  distributionsAlong,
  folder,
  functional,
  layersOf,
  read,
} from '../../../support/kerasFixtures';

/** A fixture's description in which a text stands for another. */
const changed = (name: string, from: string, to: string): unknown =>
  JSON.parse(descriptionOf(name).replaceAll(from, to));

describe('A Keras model', () => {
  it('looks back as far as its file or its positions allow, and no further than is quick', async () => {
    const anyWindow = changed(
      'pooledAttention.keras',
      '"batch_shape": [null, 6]',
      '"batch_shape": [null, null]',
    );
    const [, ...withoutInput] = layersOf('maskedWindow.keras');
    const builtLater = {
      class_name: 'Sequential',
      config: { layers: withoutInput, build_input_shape: [null, 6] },
    };
    const models = [
      await read('lstm.keras'),
      await read('attention.keras'),
      await read('gptPositionsCounted.keras'),
      await read('window.h5'),
      await described('pooledAttention.keras', anyWindow),
      await described('maskedWindow.keras', builtLater),
    ];
    assert.deepEqual(
      models.map(({ contextLength }) => contextLength),
      [Infinity, 512, 10, 6, 128, 6],
    );
  });

  it('is described by its layers, those that say little left out', async () => {
    const { description } = await read('gptPositionsGiven.keras');
    assert.equal(
      description,
      '2 × Embedding, LayerNormalization, MultiHeadAttention, LayerNormalization, 3 × Dense; vocabulary of 13 tokens',
    );
    assert.match((await read('gpt.keras')).description, /^(?:[^,]+, ){8}…; vocabulary of 76 tokens$/);
  });

  it('is read as the Keras that wrote it meant it', async () => {
    const written = { 'lstm.keras': 3, 'lstm.h5': 3, 'keras2Gpt.keras': 2, 'keras2Lstm.h5': 2 };
    for (const [name, version] of Object.entries(written)) {
      const file = await openKerasFile(readFileSync(join(folder, name)));
      file.close();
      assert.equal(file.majorVersion, version, name);
    }
    assert.equal(activationNamed('hard_sigmoid', 2)(1), 0.7);
    assert.ok(Math.abs(activationNamed('hard_sigmoid', 3)(1) - 2 / 3) < 1e-12);
  });

  it('has each step of a constant that holds one for each, wherever it stands', async () => {
    const only = (token: number) => Array.from({ length: 13 }, (_, i) => (i === token ? 1 : 0));
    const steps = [Array<number>(13).fill(1), only(2), only(5)];
    const times = { class_name: 'Multiply', config: { name: 'times' } };
    const chain = functional([...layersOf('lstm.keras'), times], (layer, before) => ({
      args: layer === times ? [before, { class_name: '__numpy__', config: { value: [steps] } }] : [before],
      kwargs: {},
    }));
    const [first, ...others] = distributionsAlong(await described('lstm.keras', chain), [3, 4, 7]);
    closeTo(first, distributionsAlong(await read('lstm.keras'), [3])[0], 'the first');
    closeTo(others[0], Float32Array.from(only(2)), 'the second');
    closeTo(others[1], Float32Array.from(only(5)), 'the third');
  });

  it('is causal by a constant mask, too, whose axes for the batch and the heads are there or not', async () => {
    const name = 'gptPositionsGiven.keras';
    const tokens = [1, 3, 6, 7, 3];
    const expected = distributionsAlong(await read(name), tokens).at(-1)!;
    const triangle = Array.from({ length: 10 }, (_, i) => Array.from({ length: 10 }, (_, j) => j <= i));
    for (const value of [triangle, [triangle], [[triangle]]]) {
      const mask = JSON.stringify({ class_name: '__numpy__', config: { value } });
      const model = await described(
        name,
        changed(name, '"use_causal_mask": true', `"attention_mask": ${mask}`),
      );
      closeTo(distributionsAlong(model, tokens).at(-1)!, expected, name);
    }
  });

  it('counts positions from the beginning of its window, and may take the last of many distributions', async () => {
    const name = 'gptPositionsGiven.keras';
    const tokens = [1, 3, 6, 7, 3, 5, 5, 12, 8, 3];
    const { config } = JSON.parse(descriptionOf(name)) as {
      config: { layers: object[]; output_layers: [string, number, number] };
    };
    const [output] = [config.output_layers].flat(1) as [string];
    const whole = { class_name: '__slice__', config: { start: null, stop: null, step: null } };
    const last = {
      class_name: 'GetItem',
      config: { name: 'last' },
      name: 'last',
      inbound_nodes: [
        {
          args: [
            { class_name: '__keras_tensor__', config: { keras_history: [output, 0, 0] } },
            [whole, -1, whole],
          ],
          kwargs: {},
        },
      ],
    };
    const window = await described(name, {
      class_name: 'Functional',
      config: { ...config, layers: [...config.layers, last], output_layers: [['last', 0, 0]] },
    });
    const expected = distributionsAlong(await read(name), tokens).at(-1)!;
    closeTo(distributionsAlong(window, tokens).at(-1)!, expected, name);
  });

  it('is unpacked only as far as it is read', async () => {
    const other = new Uint8Array(5000).map((_, i) => i % 7);
    const bytes = zipSync({ ...unzipSync(readFileSync(join(folder, 'lstm.keras'))), 'assets/other': other });
    const at = Buffer.from(bytes).indexOf('assets/other') + 'assets/other'.length;
    bytes.fill(0xff, at, at + 10);
    assert.throws(() => unzipSync(bytes));
    assert.equal((await readKerasModel(bytes, 'lstm.keras')).vocabSize, 13);
    const whole = zipSync({ 'config.json': strToU8('{}') });
    await assert.rejects(readKerasModel(whole, 'half.keras'), /without model\.weights\.h5/);
  });
});
