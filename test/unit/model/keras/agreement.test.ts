import * as assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import type { KerasModel } from '../../../../src/model/keras/kerasModel';
import { readKerasModel } from '../../../../src/model/keras/readKerasModel';

interface Case {
  readonly tokens: readonly number[];
  /** The tokens whose probabilities are noted; all of them when absent. */
  readonly ids?: readonly number[];
  /** After each of the tokens. */
  readonly probs: readonly (readonly number[])[];
}

interface Layer {
  readonly class_name: string;
  readonly config: { readonly name: string };
}

const folder = join(__dirname, '../../../fixtures/keras');
const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Record<string, Case[]>;

/** The layers of a model that is one after the other. */
function layersOf(name: string): readonly Layer[] {
  const { 'config.json': config } = unzipSync(readFileSync(join(folder, name)));
  return (JSON.parse(strFromU8(config)) as { config: { layers: Layer[] } }).config.layers;
}

/** A functional model of layers one after the other. @param node how a layer is called with the result of the one before */
function functional(
  layers: readonly Layer[],
  node: (layer: Layer, before: object) => object,
): { class_name: string; config: object } {
  const called = layers.map((layer, i) => {
    const history = { keras_history: [layers[i - 1]?.config.name, 0, 0] };
    const before = { class_name: '__keras_tensor__', config: history };
    return { ...layer, name: layer.config.name, inbound_nodes: i === 0 ? [] : [node(layer, before)] };
  });
  const config = {
    layers: called,
    input_layers: [[layers[0].config.name, 0, 0]],
    output_layers: [[layers.at(-1)!.config.name, 0, 0]],
  };
  return { class_name: 'Functional', config };
}

/** The model of a fixture's weights and another description. */
function described(name: string, description: unknown): Promise<KerasModel> {
  const archive = unzipSync(readFileSync(join(folder, name)));
  return readKerasModel(zipSync({ ...archive, 'config.json': strToU8(JSON.stringify(description)) }), name);
}

const read = (name: string): Promise<KerasModel> => readKerasModel(readFileSync(join(folder, name)), name);

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
    const model = await read('lstm.keras');
    const probs = new Float32Array(13);
    model.predict(model.start(), probs);
    closeTo(probs, new Float32Array(13).fill(1 / 13), 'lstm.keras');
    const window = await read('window.h5');
    window.predict(window.start(), probs);
    assert.ok(probs.some((p) => Math.abs(p - 1 / 13) > 1e-3));
  });
});

function distributionsAlong(model: KerasModel, tokens: readonly number[]): Float32Array[] {
  let state = model.start();
  return tokens.map((tokenId) => {
    state = model.next(state, tokenId);
    const probs = new Float32Array(model.vocabSize);
    model.predict(state, probs);
    return probs;
  });
}

function closeTo(actual: Float32Array, wanted: Float32Array, name: string): void {
  const largest = actual.reduce((worst, p, i) => Math.max(worst, Math.abs(p - wanted[i])), 0);
  assert.ok(largest < 1e-6, `${name}: off by ${largest}`);
}
