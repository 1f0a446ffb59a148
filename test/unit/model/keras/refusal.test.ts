import * as assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { strToU8, unzipSync, zipSync } from 'fflate';
import { KerasError } from '../../../../src/model/keras/kerasFault';
import { readKerasModel } from '../../../../src/model/keras/readKerasModel';
import { processorSeconds } from '../../../support/processorSeconds';

const folder = join(__dirname, '../../../fixtures/keras');
const fixture = (name: string): Uint8Array => readFileSync(join(folder, name));

/** The one sentence that is shown for a file. */
async function refusal(bytes: Uint8Array, name = 'model.keras'): Promise<string> {
  const error: unknown = await readKerasModel(bytes, name).then(
    () => assert.fail('the file was taken'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof KerasError, String(error));
  assert.match(error.message, /^The Keras model ".+" cannot be used: [^\n]+[^.]\.$/);
  return error.message;
}

describe('A Keras file that cannot be used is refused with one sentence', () => {
  const refused: Record<string, RegExp> = {
    'lambda.keras': /"lambda" \(Lambda\) holds code, and no code from a file is ever run/,
    'lambda.h5': /\(Lambda\) holds code/,
    'custom.keras':
      /"doubling" \(Doubling\) is a custom or unknown layer; supported are Embedding, SimpleRNN, LSTM/,
    'convolution.h5': /\(Conv1D\) is a custom or unknown layer; supported are/,
    'seesFuture.keras': /"both_ways" \(Bidirectional\) reads the text from its end, too/,
    'seesFuture.h5':
      /"unmasked" \(MultiHeadAttention\) attends to later words, too \(use_causal_mask is not set\)/,
    'sigmoid.keras': /ends in "sigmoid"; a language model ends in a softmax/,
    'otherVocabulary.keras': /predicts 17 tokens but can read only 13/,
    'notANumber.h5': /diverged.* are not all finite numbers/,
    'weightsOnly.weights.h5': /weights without a model.*model\.save, not save_weights/,
    'huge.h5': /more than 134 million weights/,
  };
  for (const [name, sentence] of Object.entries(refused)) {
    it(name, async () => {
      assert.match(await refusal(fixture(`refused/${name}`), name), sentence);
    });
  }

  it('a file that is cut off anywhere', async () => {
    for (const name of ['lstm.h5', 'lstm.keras']) {
      const whole = fixture(name);
      for (const share of [0.1, 0.4, 0.7, 0.95]) {
        const message = await refusal(whole.subarray(0, Math.floor(whole.length * share)), name);
        assert.match(message, /truncated or damaged|missing|not a Keras model|no Keras model/);
      }
    }
  });

  it('a file in which bytes have changed, unless it still holds a model', async () => {
    const names = ['lstm.h5', 'keras2Gpt.h5'];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...names),
        fc.array(fc.tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.nat(255)), {
          minLength: 1,
          maxLength: 8,
        }),
        async (name, changes) => {
          const bytes = Uint8Array.from(fixture(name));
          for (const [place, value] of changes) {
            bytes[Math.floor(place * bytes.length)] = value;
          }
          try {
            const model = await readKerasModel(bytes, name);
            const probs = new Float32Array(model.vocabSize);
            model.predict(model.next(model.start(), 1), probs);
            assert.ok(Math.abs(probs.reduce((total, p) => total + p, 0) - 1) < 1e-4);
          } catch (error) {
            assert.ok(error instanceof KerasError, String(error));
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('a file whose texts were overwritten with zeros, through which HDF5 would go for ever', async () => {
    const bytes = Uint8Array.from(fixture('lstm.h5'));
    const heap = bytes.findIndex((_, i) => new TextDecoder().decode(bytes.subarray(i, i + 4)) === 'GCOL');
    bytes.fill(0, heap + 48, heap + 80);
    assert.match(await refusal(bytes, 'zeros.h5'), /truncated or damaged/);
    const longer = Uint8Array.from(fixture('lstm.h5'));
    // The library reads 32 bits of the object's size, which are zero, and then continues inside the text.
    new DataView(longer.buffer).setBigUint64(heap + 24, 1n << 46n, true);
    assert.match(await refusal(longer, 'longer.h5'), /truncated or damaged/);
  });

  it('an archive with a part that is larger than any model', async () => {
    const archive = zipSync({ 'config.json': strToU8('{}'), 'model.weights.h5': new Uint8Array(10) });
    // The size that the directory at the end of the archive claims.
    const at = archive.findLastIndex(
      (_, i) => new DataView(archive.buffer).getUint32(Math.min(i, archive.length - 4), true) === 0x02014b50,
    );
    new DataView(archive.buffer).setUint32(at + 24, 0x7fffffff, true);
    assert.match(await refusal(archive), /its model\.weights\.h5 is too large/);
  });

  it('an archive that lists a part a thousand times, or claims to list billions', async () => {
    const config = new Uint8Array(4 << 20).fill(0x20);
    const archive = zipSync({ 'config.json': config, 'model.weights.h5': fixture('lstm.h5') });
    const end = archive.length - 22;
    const view = new DataView(archive.buffer, archive.byteOffset);
    const listed = archive.subarray(view.getUint32(end + 16, true), end);
    const times = 1000;
    const repeated = Buffer.concat([
      archive.subarray(0, end),
      ...Array<Uint8Array>(times).fill(listed),
      archive.subarray(end),
    ]);
    const last = repeated.length - 22;
    repeated.writeUInt16LE(2 * (times + 1), last + 10);
    repeated.writeUInt16LE(2 * (times + 1), last + 8);
    // The end of a ZIP64 archive, and where that is.
    const claims = Buffer.alloc(56 + 20);
    claims.writeUInt32LE(0x06064b50, 0);
    claims.writeUInt32LE(0xffffffff, 32);
    claims.writeUInt32LE(view.getUint32(end + 16, true), 48);
    claims.writeUInt32LE(0x07064b50, 56);
    claims.writeUInt32LE(end, 56 + 8);
    const billions = Buffer.concat([archive.subarray(0, end), claims, archive.subarray(end)]);
    const started = performance.now();
    assert.match(await refusal(repeated), /config\.json is not JSON/);
    assert.match(await refusal(billions), /truncated or damaged/);
    assert.ok(performance.now() - started < 10_000);
  });

  it('a Python pickle, also in disguise', async () => {
    const pickle = Uint8Array.from([0x80, 0x04, 0x95, 0x0a, 0, 0, 0, 0, 0, 0, 0, 0x2e]);
    assert.match(await refusal(pickle), /a Python pickle, which can run code and is never opened/);
    const torch = zipSync({ 'archive/data.pkl': pickle, 'archive/version': strToU8('3') });
    assert.match(await refusal(torch), /a Python pickle in an archive/);
  });

  it('any other file', async () => {
    assert.match(
      await refusal(zipSync({ 'word/document.xml': strToU8('<w/>') })),
      /a zip archive without config\.json/,
    );
    assert.match(await refusal(strToU8('GGUF and so on')), /neither HDF5 nor a \.keras archive/);
    assert.match(await refusal(new Uint8Array(0)), /it is empty/);
    const noJson = zipSync({ 'config.json': strToU8('{"class_'), 'model.weights.h5': fixture('lstm.h5') });
    assert.match(await refusal(noJson), /config\.json is not JSON/);
    const noModel = zipSync({ 'config.json': strToU8('[1, 2]'), 'model.weights.h5': fixture('lstm.h5') });
    assert.match(await refusal(noModel), /its description is not that of a model/);
  });

  it('weights of another shape than the layers, and weights that are missing', async () => {
    const archive = await import('fflate').then(({ unzipSync }) => unzipSync(fixture('lstm.keras')));
    const config = new TextDecoder().decode(archive['config.json']);
    const changed = (from: string, to: string) =>
      zipSync({ ...archive, 'config.json': strToU8(config.replace(from, to)) });
    assert.match(
      await refusal(changed('"units": 5', '"units": 6')),
      /"layers\/lstm\/cell\/vars\/0" have the shape \[6, 20\], and its layer needs \[6, 24\]/,
    );
    assert.match(
      await refusal(changed('"class_name": "LSTM"', '"class_name": "GRU"')),
      /layers\/gru.*missing/,
    );
    assert.match(await refusal(changed('"units": 5', '"units": -1')), /\(LSTM\) has no usable "units"/);
    assert.match(
      await refusal(changed('"activation": "tanh"', '"activation": "my_own"')),
      /the activation "my_own" is not known; supported are linear, relu/,
    );
  });

  /** A fixture with another description. */
  const described = (name: string, change: (config: string) => string) => {
    const archive = unzipSync(fixture(name));
    const config = change(new TextDecoder().decode(archive['config.json']));
    return zipSync({ ...archive, 'config.json': strToU8(config) });
  };

  it('weights in 8 bits, which are nothing without the scales of their quantization', async () => {
    const { File, ready } = await import('h5wasm');
    const { FS } = await ready;
    const weights = new File('quantized.h5', 'w');
    for (const group of ['layers', 'layers/embedding', 'layers/embedding/vars']) {
      weights.create_group(group);
    }
    const table = { data: new Int8Array(12).fill(3), shape: [4, 3] };
    weights.create_dataset({ name: 'layers/embedding/vars/0', ...table });
    weights.close();
    const file = FS.readFile('quantized.h5').slice();
    FS.unlink('quantized.h5');
    const layers = [{ class_name: 'Embedding', config: { name: 'table', input_dim: 4, output_dim: 3 } }];
    const config = JSON.stringify({ class_name: 'Sequential', config: { layers } });
    assert.match(
      await refusal(zipSync({ 'config.json': strToU8(config), 'model.weights.h5': file })),
      /"layers\/embedding\/vars\/0" are stored as "<b"; save the model with float32 weights/,
    );
  });

  it('an option that changes what a layer does, and is not known here', async () => {
    /** A fixture in which the layers of a class have another configuration. */
    const configured = (name: string, className: string, change: object) =>
      described(name, (config) =>
        JSON.stringify(JSON.parse(config), (_key, value: unknown) =>
          isLayer(value) && value.class_name === className
            ? { ...value, config: { ...value.config, ...change } }
            : value,
        ),
      );
    const isLayer = (value: unknown): value is { class_name: string; config: object } =>
      typeof value === 'object' && value !== null && 'class_name' in value && 'config' in value;
    const options: [string, string, object, RegExp][] = [
      ['encoder.keras', 'MultiHeadAttention', { use_gate: true }, /uses "use_gate"/],
      ['encoder.keras', 'MultiHeadAttention', { sliding_window: 4 }, /uses "sliding_window"/],
      ['encoder.keras', 'MultiHeadAttention', { attention_axes: [2] }, /over other axes than the steps/],
      ['encoder.keras', 'MultiHeadAttention', { output_shape: [2, 4] }, /output_shape of several axes/],
      ['attention.keras', 'Concatenate', { axis: 1 }, /joins along another axis than the last/],
      ['bidirectional.keras', 'Bidirectional', { merge_mode: 'max' }, /merges its halves by "max"/],
      ['gpt.keras', 'LayerNormalization', { axis: [1] }, /normalises over another axis than the last/],
      ['gpt.keras', 'Cumsum', { axis: 0 }, /sums up something else than ones along the steps/],
      ['mixedLayers.keras', 'Softmax', { axis: 1 }, /a softmax over another axis than the last/],
      ['pooledAttention.keras', 'GlobalAveragePooling1D', { keepdims: true }, /is not a sequence/],
      ['flattened.keras', 'Reshape', { target_shape: [4, -1] }, /a target shape that is not supported/],
      ['flattened.keras', 'InputLayer', { batch_shape: [null, null] }, /needs a fixed number of words/],
      ['lstm.keras', 'InputLayer', { batch_shape: [null, 0] }, /has no usable shape/],
      ['lstm.keras', 'InputLayer', { batch_shape: [null, null, null] }, /vectors of no fixed size/],
      ['lstm.keras', 'InputLayer', { batch_shape: [null, 3, 3, 3] }, /its inputs are .+ \[3, 3, 3\]/],
      [
        'gptPositionsCounted.keras',
        'InputLayer',
        { batch_shape: [null, 99] },
        /fewer positions \(\d+\) than/,
      ],
    ];
    for (const [name, className, change, sentence] of options) {
      assert.match(await refusal(configured(name, className, change)), sentence);
    }
    const calls: [string, string, string, RegExp][] = [
      ['gpt.keras', '"use_causal_mask": true', '"return_attention_scores": true', /returns its scores/],
      ['gpt.keras', '"use_causal_mask": true', '"attention_mask": [[1, 1], [0, 1]]', /that is not causal/],
      [
        'encoder.keras',
        ', -1, {"class_name": "__slice__"',
        ', -2, {"class_name": "__slice__"',
        /than the last step/,
      ],
      ['lstm.keras', '"Sequential"', '"MyModel"', /of the class MyModel with code of its own/],
    ];
    for (const [name, from, to, sentence] of calls) {
      assert.match(await refusal(described(name, (config) => config.replace(from, to))), sentence);
    }
  });

  it('a mask of anything but token 0', async () => {
    const other = described('maskedGraph.keras', (config) =>
      config.replace(/(\["tokens", 0, 0\]\}\}), 0\]/, '$1, 5]'),
    );
    assert.match(
      await refusal(other),
      /"not_equal" \(NotEqual\) compares something else than the tokens with 0/,
    );
    const values = described('maskedGraph.keras', (config) =>
      config.replace('["not_equal", 0, 0]', '["embedding", 0, 0]'),
    );
    assert.match(await refusal(values), /\(LSTM\) is given a mask other than that of token 0/);
  });

  it('a window that no machine has the time or the memory for', async () => {
    for (const length of [10_000, 2 ** 31]) {
      const bytes = described('backwards.keras', (config) =>
        config.replace('"batch_shape": [null, 6]', `"batch_shape": [null, ${length}]`),
      );
      assert.match(await refusal(bytes), new RegExp(`its window of ${length} words is too long`));
    }
  });

  it('a description that is nested until the stack is full', async () => {
    const depth = 100_000;
    const inputs = '['.repeat(depth) + ']'.repeat(depth);
    const nested = `{"class_name":"Functional","config":{"layers":[],"input_layers":${inputs},"output_layers":[]}}`;
    assert.match(await refusal(described('lstm.keras', () => nested)), /config\.json is nested too deeply/);
    const wrapped =
      '{"class_name":"TimeDistributed","config":{"layer":'.repeat(depth) +
      '{"class_name":"Dense","config":{}}' +
      '}}'.repeat(depth);
    const sequential = `{"class_name":"Sequential","config":{"layers":[${wrapped}]}}`;
    assert.match(
      await refusal(described('lstm.keras', () => sequential)),
      /config\.json is nested too deeply/,
    );
  });

  it('a layer that is called without anything', async () => {
    const config = {
      class_name: 'Functional',
      config: {
        layers: [
          { class_name: 'InputLayer', config: { name: 'in', batch_shape: [null, null] }, inbound_nodes: [] },
          { class_name: 'Concatenate', config: { name: 'both' }, inbound_nodes: [{ args: [], kwargs: {} }] },
        ],
        input_layers: [['in', 0, 0]],
        output_layers: [['both', 0, 0]],
      },
    };
    assert.match(
      await refusal(described('lstm.keras', () => JSON.stringify(config))),
      /"both" \(Concatenate\) is called without an input/,
    );
  });

  it('a model whose layers refer to one another in a circle', async () => {
    const layer = (name: string, from: string) => ({
      class_name: 'Dropout',
      config: { name },
      name,
      inbound_nodes: [[[from, 0, 0, {}]]],
    });
    const config = {
      class_name: 'Functional',
      config: {
        layers: [
          { class_name: 'InputLayer', config: { name: 'in', batch_shape: [null, null] }, inbound_nodes: [] },
          layer('a', 'b'),
          layer('b', 'a'),
        ],
        input_layers: [['in', 0, 0]],
        output_layers: [['a', 0, 0]],
      },
    };
    const archive = zipSync({
      'config.json': strToU8(JSON.stringify(config)),
      'model.weights.h5': fixture('lstm.h5'),
    });
    assert.match(await refusal(archive), /its layers form a circle/);
  });

  /** A model that calls a smaller one twice, which does the same, and so on; or once, at the end of a chain of layers. */
  const nestedModels = (depth: number, uses: number, chain: number) => {
    const from = (name: string, call = 0) => ({
      args: [{ class_name: '__keras_tensor__', config: { keras_history: [name, call, 0] } }],
      kwargs: {},
    });
    const named = (name: string, className: string, nodes: unknown[], config: object = {}) => ({
      class_name: className,
      config: { ...config, name },
      name,
      inbound_nodes: nodes,
    });
    const functional = (layers: object[], output: [string, number]) => ({
      layers: [named('in', 'InputLayer', [], { batch_shape: [null, null] }), ...layers],
      input_layers: [['in', 0, 0]],
      output_layers: [[...output, 0]],
    });
    let config = functional([], ['in', 0]);
    for (let i = 0; i < depth; i++) {
      const inner = named('inner', 'Functional', [from('in'), from('inner')].slice(0, uses), config);
      const layers = Array.from({ length: chain }, (_, k) =>
        named(`d${k}`, 'Dropout', [k === 0 ? from('inner', uses - 1) : from(`d${k - 1}`)]),
      );
      config = functional([inner, ...layers], chain === 0 ? ['inner', uses - 1] : [`d${chain - 1}`, 0]);
    }
    return described('lstm.keras', () => JSON.stringify({ class_name: 'Functional', config }));
  };

  it('a small description of more layers than any machine has the time or the stack for', async () => {
    assert.match(
      await refusal(nestedModels(20, 2, 0)),
      /uses layers more than 10000 times; choose a smaller/,
    );
    assert.match(
      await refusal(nestedModels(8, 1, 900)),
      /is missing, or its layers form a circle|too deeply/,
    );
  });

  it('a small description of layers whose values fit into no memory', async () => {
    const doubled = described('lstm.keras', (json) => {
      const { layers } = (JSON.parse(json) as { config: { layers: { class_name: string; name: string }[] } })
        .config;
      const [, embedding, lstm, dense] = layers.map((layer) => ({
        ...layer,
        name: layer.class_name,
      }));
      const call = (...names: string[]) => [
        {
          args: [
            names.map((name) => ({
              class_name: '__keras_tensor__',
              config: { keras_history: [name, 0, 0] },
            })),
          ],
          kwargs: { use_causal_mask: true },
        },
      ];
      const concatenations = Array.from({ length: 34 }, (_, i) => {
        const before = i === 0 ? 'Embedding' : `double${i - 1}`;
        const name = `double${i}`;
        return { class_name: 'Concatenate', name, config: {}, inbound_nodes: call(before, before) };
      });
      const attention = {
        class_name: 'Attention',
        name: 'attention',
        config: {},
        inbound_nodes: call('double33', 'Embedding', 'double33'),
      };
      const config = {
        layers: [
          { class_name: 'InputLayer', name: 'in', config: { batch_shape: [null, null] } },
          { ...embedding, inbound_nodes: call('in') },
          ...concatenations,
          attention,
          { ...lstm, inbound_nodes: call('attention') },
          { ...dense, inbound_nodes: call('LSTM') },
        ],
        input_layers: [['in', 0, 0]],
        output_layers: [['Dense', 0, 0]],
      };
      return JSON.stringify({ class_name: 'Functional', config });
    });
    assert.match(await refusal(doubled), /its layers give \d+ numbers for each word; choose a smaller model/);
  });

  it('a file of heaps in heaps, which would be looked through for minutes', async () => {
    const blocks = Buffer.alloc(64 * 100_000);
    for (let at = 0; at < blocks.length; at += 64) {
      // An object of 48 bytes that holds a heap up to the end of the file, whose first object ends where the next block begins.
      blocks[at] = 1;
      blocks[at + 8] = 48;
      blocks.write('GCOL\x01', at + 16, 'latin1');
      blocks.writeBigUInt64LE(BigInt(blocks.length - at - 16), at + 24);
      blocks[at + 32] = 1;
      blocks[at + 40] = 16;
    }
    const seconds = await processorSeconds(async () => {
      assert.match(await refusal(Buffer.concat([fixture('lstm.h5'), blocks])), /truncated or damaged/);
    });
    assert.ok(seconds < 5, `${seconds} s`);
  });

  it('a name of a million letters, in a sentence of some hundred', async () => {
    const long = described('lstm.keras', (json) => json.replaceAll('"LSTM"', `"${'L'.repeat(1e6)}"`));
    assert.ok((await refusal(long)).length < 2000);
  });

  it('an output that is no number', async () => {
    const bytes = described('gpt.keras', (config) =>
      config
        .replace(/("keras_history": \["[^"]+", \d+), 0\]/, '$1, null]')
        .replace(/("keras_history": \["[^"]+", \d+), 0\]/, '$1, "x"]'),
    );
    assert.match(await refusal(bytes), /another output of its layer ".+" than the first is used/);
  });

  it('a token that the model does not know', async () => {
    for (const name of ['lstm.keras', 'window.h5']) {
      const model = await readKerasModel(fixture(name), name);
      assert.throws(() => model.next(model.start(), 13), /Token 13 is not in the model's vocabulary of 13/);
    }
  });
});
