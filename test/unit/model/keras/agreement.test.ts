import * as assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeDistribution } from '../../../../src/model/keras/kerasModel';
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
  type Layer,
} from '../../../support/kerasFixtures';

interface Case {
  readonly tokens: readonly number[];
  /** The tokens whose probabilities are noted; all of them when absent. */
  readonly ids?: readonly number[];
  /** After each of the tokens. */
  readonly probs: readonly (readonly number[])[];
}

const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Record<string, Case[]>;

describe('A model saved by Keras', () => {
  for (const [name, cases] of Object.entries(expected)) {
    it(`${name}: predicts after every token what Keras predicts`, async () => {
      const model = await read(name);
      const probs = new Float32Array(model.vocabSize);
      for (const { tokens, ids, probs: steps } of cases) {
        let state = model.start();
        for (const [step, tokenId] of tokens.entries()) {
          state = model.next(state, tokenId);
          model.predict(state, probs);
          const wanted = ids ?? [...probs.keys()];
          for (const [i, id] of wanted.entries()) {
            const difference = Math.abs(probs[id] - steps[step][i]);
            assert.ok(
              difference < 1e-4,
              `token ${id} after ${step + 1} tokens: ${probs[id]}, Keras says ${steps[step][i]}`,
            );
          }
          const sum = probs.reduce((total, p) => total + p, 0);
          assert.ok(Math.abs(sum - 1) < 1e-5, `the sum is ${sum}`);
        }
      }
    });
  }

  it('leaves each state as it was, so that several texts go on from one beginning in any order', async () => {
    for (const [name, [{ tokens }]] of Object.entries(expected)) {
      const model = await read(name);
      const alone = distributionsAlong(model, tokens);
      let shared = model.start();
      for (const tokenId of tokens.slice(0, 3)) {
        shared = model.next(shared, tokenId);
      }
      const other = tokens.slice(3).map((tokenId) => (tokenId === 1 ? 2 : 1));
      let [mine, theirs] = [shared, shared];
      for (const [i, tokenId] of tokens.slice(3).entries()) {
        [theirs, mine] = model.nextMany([theirs, mine], [other[i], tokenId]);
        const probs = [new Float32Array(model.vocabSize), new Float32Array(model.vocabSize)];
        model.predictMany([theirs, mine], probs);
        closeTo(probs[1], alone[3 + i], name);
      }
      const again = new Float32Array(model.vocabSize);
      model.predict(shared, again);
      closeTo(again, alone[2], name);
    }
  });

  it('goes on from half of its positions when all are taken', async () => {
    for (const name of ['gpt.keras', 'gptPositionsGiven.keras']) {
      const model = await read(name);
      const { contextLength } = model;
      assert.ok(contextLength === 32 || contextLength === 10);
      const tokens = Array.from({ length: contextLength + 3 }, (_, i) => 1 + (i % 7));
      const kept = tokens.slice(contextLength / 2);
      closeTo(distributionsAlong(model, tokens).at(-1)!, distributionsAlong(model, kept).at(-1)!, name);
    }
  });

  it('ends in a distribution also where layers that keep one follow its softmax', async () => {
    const layers = layersOf('lstm.keras');
    const dropout = { class_name: 'Dropout', config: { name: 'dropout', rate: 0.1 } };
    const sequential = { class_name: 'Sequential', config: { layers: [...layers, dropout] } };
    const average = { class_name: 'Average', config: { name: 'average' } };
    const ensemble = functional([...layers, average], (layer, before) =>
      layer === average ? { args: [[before, before]], kwargs: {} } : { args: [before], kwargs: {} },
    );
    const expected = distributionsAlong(await read('lstm.keras'), [1, 2, 3]).at(-1)!;
    for (const description of [sequential, ensemble]) {
      const model = await described('lstm.keras', description);
      closeTo(distributionsAlong(model, [1, 2, 3]).at(-1)!, expected, description.class_name);
    }
  });

  it('forgets what is padding where an operation is no layer, as Keras does', async () => {
    const [input, embedding, ...others] = layersOf('maskedWindow.keras');
    const probs = async (layers: readonly Layer[]) => {
      const chain = functional(layers, ({ class_name: name }, before) => {
        const isTimes = name === 'Multiply' || name === 'TFOpLambda';
        return { args: isTimes ? [before, 1] : [before], kwargs: {} };
      });
      const [made] = distributionsAlong(await described('maskedWindow.keras', chain), [3]);
      return made;
    };
    const unmasked = { ...embedding, config: { ...embedding.config, mask_zero: false } };
    const expected = await probs([input, unmasked, ...others]);
    const masked = await probs([input, embedding, ...others]);
    assert.ok(masked.some((p, i) => Math.abs(p - expected[i]) > 1e-3));
    for (const times of [
      { class_name: 'Multiply', module: 'keras.src.ops.numpy', config: { name: 'times' } },
      { class_name: 'TFOpLambda', config: { name: 'times', function: '__operators__.mul' } },
    ]) {
      closeTo(await probs([input, embedding, times, ...others]), expected, times.class_name);
    }
  });

  it('takes all tokens for equally likely before it has read any, if it has no window to fill', async () => {
    const probs = new Float32Array(13);
    const anyLength = JSON.parse(
      descriptionOf('pooledAttention.keras').replace(
        '"batch_shape": [null, 6]',
        '"batch_shape": [null, null]',
      ),
    ) as unknown;
    for (const model of [await read('lstm.keras'), await described('pooledAttention.keras', anyLength)]) {
      model.predict(model.start(), probs);
      closeTo(probs, new Float32Array(13).fill(1 / 13), model.name);
    }
    const window = await read('window.h5');
    window.predict(window.start(), probs);
    assert.ok(probs.some((p) => Math.abs(p - 1 / 13) > 1e-3));
  });

  it('takes all tokens for equally likely where its numbers have overflowed', () => {
    const probs = new Float32Array(2);
    for (const values of [
      [Infinity, 1],
      [NaN, NaN],
      [NaN, 1],
    ]) {
      for (const areLogits of [true, false]) {
        writeDistribution(Float32Array.from(values), 0, areLogits, probs);
        assert.deepEqual([...probs], [0.5, 0.5], values.join());
      }
    }
  });

  it('is read where Keras has split a long list of weights', async () => {
    const { File, ready } = await import('h5wasm');
    const { FS } = await ready;
    const file = new File('split.h5', 'w');
    const layers = [
      { class_name: 'Embedding', config: { name: 'table', input_dim: 2, output_dim: 2 } },
      { class_name: 'Dense', config: { name: 'scores', units: 2, activation: 'softmax' } },
    ];
    file.create_attribute('model_config', JSON.stringify({ class_name: 'Sequential', config: { layers } }));
    const groups = ['model_weights', 'model_weights/table', 'model_weights/scores'];
    const [, table, scores] = groups.map((path) => file.create_group(path));
    table.create_dataset({ name: 'embeddings', data: Float32Array.of(1, 0, 0, 1), shape: [2, 2] });
    table.create_attribute('weight_names0', ['embeddings']);
    scores.create_dataset({ name: 'kernel', data: Float32Array.of(0, Math.log(3), 0, 0), shape: [2, 2] });
    scores.create_attribute('weight_names0', ['kernel']);
    scores.create_dataset({ name: 'bias', data: Float32Array.of(0, Math.log(2)), shape: [2] });
    scores.create_attribute('weight_names1', ['bias']);
    file.close();
    const model = await readKerasModel(FS.readFile('split.h5').slice(), 'split.h5');
    FS.unlink('split.h5');
    const [first, second] = distributionsAlong(model, [0, 1]);
    closeTo(first, Float32Array.of(1 / 7, 6 / 7), 'after token 0');
    closeTo(second, Float32Array.of(1 / 3, 2 / 3), 'after token 1');
  });

  it('is not left in memory as a file, whether it can be used or not', async () => {
    await read('lstm.h5');
    await read('lstm.keras');
    await assert.rejects(readKerasModel(readFileSync(join(folder, 'lstm.h5')).subarray(0, 20_000), 'cut.h5'));
    await assert.rejects(read('refused/weightsOnly.weights.h5'));
    const { FS } = await import('h5wasm').then(({ ready }) => ready);
    const names = FS.readdir('/') as string[];
    assert.deepEqual(
      names.filter((name) => name.endsWith('.h5')),
      [],
    );
  });
});
