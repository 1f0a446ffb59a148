import * as assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { strToU8, unzipSync, zipSync } from 'fflate';
import {
  decodeCheckpoint,
  encodeCheckpoint,
  type Checkpoint,
} from '../../../../src/model/checkpoint/checkpoint';
import { checkpointFromKeras } from '../../../../src/model/keras/personal/checkpointFromKeras';
import { exportKeras, type KerasFormat } from '../../../../src/model/keras/personal/exportKeras';
import { readKerasModel } from '../../../../src/model/keras/readKerasModel';
import { quantizeWeights } from '../../../../src/model/network/quantizedMatrix';
import { ReferenceNetwork } from '../../../support/reference/referenceNetwork';
import { CELL_KINDS, type RecurrentConfig } from '../../../../src/model/networkConfig';
import { randomWeights } from '../network/randomWeights';

const folder = join(__dirname, '../../../fixtures/keras');
const tokenizerText = readFileSync(join(__dirname, '../../../../models/base/tokenizer.json'), 'utf8');
const FORMATS: readonly KerasFormat[] = ['keras', 'h5'];

function checkpointOf(
  architecture: RecurrentConfig['architecture'],
  numLayers: number,
): Checkpoint & { readonly config: RecurrentConfig } {
  const config: RecurrentConfig = {
    architecture,
    vocabSize: 4096,
    embeddingSize: 12,
    hiddenSize: 16,
    numLayers,
  };
  return {
    config,
    weights: quantizeWeights(config, randomWeights(config, numLayers)),
    tokenizer: JSON.parse(tokenizerText),
    training: { steps: 12, engine: 'a test' },
    gate: Float32Array.of(0.25, -1),
  };
}

describe('The personal model as a Keras file', () => {
  for (const architecture of CELL_KINDS) {
    for (const numLayers of [1, 3]) {
      for (const format of FORMATS) {
        it(`predicts as it did: ${architecture}, layers: ${numLayers}, .${format}`, async () => {
          const checkpoint = checkpointOf(architecture, numLayers);
          const network = new ReferenceNetwork(checkpoint.config, checkpoint.weights, 'personal');
          const model = await readKerasModel(await exportKeras(checkpoint, format), `model.${format}`);
          let [state, kerasState] = [network.start(), model.start()];
          const [probs, kerasProbs] = [new Float32Array(4096), new Float32Array(4096)];
          for (const tokenId of [5, 4095, 0, 17, 17]) {
            state = network.next(state, tokenId);
            kerasState = model.next(kerasState, tokenId);
            network.predict(state, probs);
            model.predict(kerasState, kerasProbs);
            const worst = probs.reduce((most, p, i) => Math.max(most, Math.abs(p - kerasProbs[i])), 0);
            assert.ok(worst < 1e-6, `off by ${worst}`);
          }
        });

        it(`comes back as it was: ${architecture}, layers: ${numLayers}, .${format}`, async () => {
          const checkpoint = checkpointOf(architecture, numLayers);
          const file = await exportKeras(checkpoint, format);
          const back = await checkpointFromKeras(file, `model.${format}`, null);
          assert.deepEqual(back.config, checkpoint.config);
          assert.deepEqual(back.training, checkpoint.training);
          assert.deepEqual(back.gate, checkpoint.gate);
          assert.deepEqual(back.tokenizer, checkpoint.tokenizer);
          assert.deepEqual([...back.weights.keys()].sort(), [...checkpoint.weights.keys()].sort());
          for (const [name, tensor] of checkpoint.weights) {
            const returned = back.weights.get(name)!;
            if (tensor instanceof Float32Array) {
              assert.deepEqual(returned, tensor, name);
            } else {
              assert.ok(!(returned instanceof Float32Array));
              assert.deepEqual(returned.values, tensor.values, name);
            }
          }
          assert.ok(decodeCheckpoint(encodeCheckpoint(back), 'imported').gate);
        });
      }
    }
  }

  it('has no counterpart when the network has attention', async () => {
    const { config, ...rest } = checkpointOf('lstm', 1);
    const attentive = { ...rest, config: { ...config, architecture: 'lstm' as const, attention: true } };
    await assert.rejects(exportKeras(attentive, 'keras'), /no counterpart among the layers of Keras/);
  });
});

describe('A Keras file as the personal model', () => {
  const exported = async (): Promise<Record<string, Uint8Array>> =>
    unzipSync(await exportKeras(checkpointOf('lstm', 2), 'keras'));
  const importing = (parts: Record<string, Uint8Array>, tokenizer: string | null = null) =>
    checkpointFromKeras(zipSync(parts), 'model.keras', tokenizer);

  it('takes its tokenizer from beside it when it carries none', async () => {
    const parts = await exported();
    delete parts['understudy.json'];
    assert.deepEqual((await importing(parts, tokenizerText)).tokenizer, JSON.parse(tokenizerText));
    await assert.rejects(importing(parts), /carries no tokenizer; put its tokenizer\.json beside it/);
    await assert.rejects(
      importing(parts, '{}'),
      /its tokenizer is of another kind than Understudy's; train it with that/,
    );
    await assert.rejects(importing(parts, '{'), /cannot be read; export it again/);
    const nested = tokenizerText.replace(/^\{/, `{"more":${'['.repeat(20_000)}${']'.repeat(20_000)},`);
    await assert.rejects(importing(parts, nested), /cannot be read; export it again/);
  });

  it('may come from a cluster of keras_train.py, whose predictions it keeps', async () => {
    const file = readFileSync(join(folder, 'cluster.keras'));
    const { tokens, ids, probs } = JSON.parse(readFileSync(join(folder, 'cluster.json'), 'utf8')) as {
      tokens: number[];
      ids: number[];
      probs: number[][];
    };
    const { config, weights, training, tokenizer } = await checkpointFromKeras(file, 'cluster.keras', null);
    assert.deepEqual(config, {
      architecture: 'lstm',
      vocabSize: 4096,
      embeddingSize: 3,
      hiddenSize: 8,
      numLayers: 1,
    });
    assert.match(training.engine!, /^Keras 3.* on tensorflow$/);
    assert.deepEqual(tokenizer, JSON.parse(tokenizerText));
    // 8-bit matrices change a probability a little; a wrong layout changes it completely.
    const network = new ReferenceNetwork(config as RecurrentConfig, weights, 'personal');
    const model = await readKerasModel(file, 'cluster.keras');
    let [state, exact] = [network.start(), model.start()];
    const step = new Float32Array(4096);
    for (const [i, tokenId] of tokens.entries()) {
      state = network.next(state, tokenId);
      exact = model.next(exact, tokenId);
      network.predict(state, step);
      for (const [j, id] of ids.entries()) {
        assert.ok(
          Math.abs(step[id] - probs[i][j]) < 0.02 * probs[i][j] + 1e-5,
          `${step[id]}, ${probs[i][j]}`,
        );
      }
      model.predict(exact, step);
      for (const [j, id] of ids.entries()) {
        assert.ok(Math.abs(step[id] - probs[i][j]) < 1e-5, `${step[id]}, ${probs[i][j]}`);
      }
    }
  });

  it('is refused when it has other layers', async () => {
    const parts = await exported();
    const config = new TextDecoder().decode(parts['config.json']);
    const changes: [string, string][] = [
      ['"return_sequences":true', '"return_sequences":true,"activation":"relu"'],
      ['"class_name":"Add"', '"class_name":"Multiply"'],
      ['"use_bias":false', '"use_bias":true'],
      ['"return_sequences":true', '"return_sequences":true,"go_backwards":true'],
    ];
    for (const [from, to] of changes) {
      assert.ok(config.includes(from));
      const changed = { ...parts, 'config.json': strToU8(config.replace(from, to)) };
      await assert.rejects(importing(changed), /its layers are not those of the personal network/, to);
    }
    assert.ok(config.includes('"output_dim":'));
    const masked = config.replace('"output_dim":', '"mask_zero":true,"output_dim":');
    await assert.rejects(
      importing({ ...parts, 'config.json': strToU8(masked) }),
      /its embedding passes over token 0 \(mask_zero\)/,
    );
    for (const name of ['lstm.h5', 'gpt.keras']) {
      await assert.rejects(
        checkpointFromKeras(readFileSync(join(folder, name)), name, tokenizerText),
        /its layers are not those of the personal network/,
      );
    }
  });

  it('is refused when its softmax was trained apart from its embedding', async () => {
    const checkpoint = checkpointOf('rnn', 1);
    const parts = unzipSync(await exportKeras(checkpoint, 'keras'));
    const bytes = parts['model.weights.h5'].slice();
    // The last floats of the file that are not zero belong to the output's bias or kernel; the embedding comes first.
    const values = new Float32Array(bytes.buffer, 0, Math.floor(bytes.length / 4));
    const embedding = checkpoint.weights.get('embedding')!;
    assert.ok(!(embedding instanceof Float32Array));
    const first = Math.fround(embedding.values[0] * embedding.scales[0]);
    const at = values.indexOf(first);
    assert.ok(at >= 0);
    values[at] += 0.5;
    await assert.rejects(
      importing({ ...parts, 'model.weights.h5': bytes }),
      /not the transposed embedding, to which the personal network is tied/,
    );
  });
});
