import assert from 'node:assert/strict';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import {
  decodeCheckpoint,
  encodeCheckpoint,
  FORMAT_VERSION,
  type Checkpoint,
} from '../../../../src/model/checkpoint/checkpoint';
import { CheckpointError, type CheckpointFault } from '../../../../src/model/checkpoint/checkpointError';
import { checksumOf } from '../../../../src/model/checkpoint/checksum';
import {
  decodeHeader,
  decodeTensors,
  encodeSafetensors,
  type StoredTensor,
} from '../../../../src/model/checkpoint/safetensors';
import { floatTensor } from '../../../../src/model/checkpoint/weightTensors';
import type { TrainingRecord } from '../../../../src/model/checkpoint/trainingRecord';
import { quantizeWeights } from '../../../../src/model/network/quantizedMatrix';
import type { NetworkConfig } from '../../../../src/model/networkConfig';
import { faultsNoted } from '../../../support/faultsNoted';
import { anyNetwork } from '../network/anyNetwork';
import { randomWeights } from '../network/randomWeights';

const NAME = 'my.safetensors';
const config: NetworkConfig = {
  architecture: 'gru',
  vocabSize: 3,
  embeddingSize: 2,
  hiddenSize: 2,
  numLayers: 2,
};

const count = fc.nat();
const bits = fc.double({ min: 0, max: 20, noNaN: true });
const records: fc.Arbitrary<TrainingRecord> = fc.record(
  {
    trainedAt: fc.constant('2026-01-02T03:04:05.678Z'),
    files: count,
    bytes: count,
    tokens: count,
    steps: count,
    engine: fc.string({ unit: 'binary' }),
    heldOut: fc.record(
      { bytes: count, bitsPerByteBefore: bits, bitsPerByteAfter: bits },
      { requiredKeys: ['bytes'] },
    ),
    learned: fc.string(),
    base: fc.string(),
  },
  { requiredKeys: [] },
);

const checkpoints: fc.Arbitrary<Checkpoint> = fc
  .record({
    config: anyNetwork({ vocabSize: 9, embeddingSize: 5, hiddenSize: 5 }),
    seed: fc.nat(),
    quantized: fc.boolean(),
    tokenizer: fc.jsonValue(),
    training: records,
    gate: fc.option(fc.float32Array({ noNaN: true, noDefaultInfinity: true })),
  })
  .map(({ config, seed, quantized, tokenizer, training, gate }) => {
    const weights = randomWeights(config, seed);
    return {
      config: { ...config },
      weights: quantized ? quantizeWeights(config, weights) : weights,
      // What JSON holds: -0 becomes 0.
      tokenizer: JSON.parse(JSON.stringify(tokenizer)) as unknown,
      training: JSON.parse(JSON.stringify(training)) as TrainingRecord,
      gate,
    };
  });

function example(): Checkpoint {
  return {
    config,
    weights: quantizeWeights(config, randomWeights(config, 1)),
    tokenizer: { model: { type: 'BPE', vocab: { é: 1, '"\\': 2 } } },
    training: { files: 3, tokens: 1000 },
    gate: Float32Array.of(0.5, -1),
  };
}

/** The example's file as a faulty writer might leave it: with other metadata and tensors, but a correct checksum. */
function rewritten(
  metadataChanges: Record<string, string>,
  tensorChanges: Record<string, StoredTensor | null> = {},
): Uint8Array {
  const file = encodeCheckpoint(example());
  const header = decodeHeader(file, NAME);
  const tensors = decodeTensors(file, header, NAME);
  for (const [name, tensor] of Object.entries(tensorChanges)) {
    if (tensor) tensors.set(name, tensor);
    else tensors.delete(name);
  }
  const metadata = { ...header.metadata, ...metadataChanges };
  return encodeSafetensors({ ...metadata, checksum: checksumOf(metadata, tensors) }, tensors);
}

function assertRefused(bytes: Uint8Array, reason: CheckpointFault, message: RegExp): void {
  assert.throws(
    () => decodeCheckpoint(bytes, NAME),
    (error: unknown) => {
      assert.ok(error instanceof CheckpointError, String(error));
      assert.equal(error.reason, reason, error.message);
      assert.match(error.message, message);
      assert.ok(error.message.includes(`"${NAME}"`));
      return true;
    },
  );
}

describe('A checkpoint', () => {
  it('comes back from its file as it was', () => {
    fc.assert(
      fc.property(checkpoints, (checkpoint) => {
        const decoded = decodeCheckpoint(encodeCheckpoint(checkpoint), NAME);
        assert.deepEqual(decoded.weights, new Map(checkpoint.weights));
        assert.deepEqual(decoded, { ...checkpoint, weights: decoded.weights });
      }),
    );
  });

  it('with a record that holds more than this version knows is read without that', () => {
    // Earlier versions wrote a fingerprint of the text.
    const file = rewritten({ training: JSON.stringify({ files: 3, corpusFingerprint: 'c0ffee' }) });
    assert.deepEqual(decodeCheckpoint(file, NAME).training, { files: 3 });
  });

  it('is read from any place in a larger buffer, and from what Node reads of a file', () => {
    const file = encodeCheckpoint(example());
    const shifted = new Uint8Array(file.length + 5);
    shifted.set(file, 3);
    assert.deepEqual(
      decodeCheckpoint(shifted.subarray(3, 3 + file.length), NAME),
      decodeCheckpoint(file, NAME),
    );
    assert.deepEqual(decodeCheckpoint(Buffer.from(file), NAME), decodeCheckpoint(file, NAME));
  });

  it('with any one byte changed is refused, or still says the same', () => {
    const file = encodeCheckpoint(example());
    const original = decodeCheckpoint(file, NAME);
    const refused = { count: 0 };
    for (let at = 0; at < file.length; at++) {
      for (const change of [1, 0x20, 0x80, 0xff]) {
        const damaged = file.slice();
        damaged[at] ^= change;
        try {
          assert.deepEqual(decodeCheckpoint(damaged, NAME), original);
        } catch (error) {
          assert.ok(error instanceof CheckpointError, `byte ${at}: ${String(error)}`);
          refused.count++;
        }
      }
    }
    assert.ok(
      refused.count > 3.9 * file.length,
      `${refused.count} of ${4 * file.length} changes were noticed`,
    );
  });

  it('cut off anywhere is called truncated', () => {
    const file = encodeCheckpoint(example());
    for (let length = 0; length < file.length; length++) {
      assertRefused(file.slice(0, length), 'truncated', /is truncated: .*Copy or export it again/);
    }
  });

  it('tells any other bytes from a model', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        assert.throws(() => decodeCheckpoint(bytes, NAME), CheckpointError);
      }),
    );
    const text = new TextEncoder().encode('Once upon a time, there was a text that was no model.');
    assertRefused(text, 'foreign', /is not an Understudy model: it is not a safetensors file/);
    assertRefused(text.subarray(0, 6), 'foreign', /is not an Understudy model/);
    assertRefused(deflateSync(text), 'foreign', /is not an Understudy model/);
    const other = new Map([['w', { type: 'F32', shape: [1], bytes: new Uint8Array(4) } as const]]);
    assertRefused(encodeSafetensors({ format: 'pt' }, other), 'foreign', /another program wrote it/);
    assertRefused(encodeSafetensors({}, other), 'foreign', /Choose a model that Understudy saved/);
  });

  it('is refused at the first fault of one that was made to have a million', () => {
    const header = Buffer.from(
      JSON.stringify(Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`a${i}`, 1]))),
    );
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    assert.ok(faultsNoted(() => decodeHeader(Buffer.concat([length, header]), NAME)) < 10);
  });

  it('of a newer format asks for an update', () => {
    assertRefused(
      rewritten({ formatVersion: String(FORMAT_VERSION + 1) }),
      'newer',
      /saved by a newer Understudy: it has format 3, and this version reads up to 2\. Update Understudy/,
    );
    assertRefused(rewritten({ formatVersion: 'one' }), 'damaged', /format version cannot be read/);
  });

  it('with impossible metadata is refused before anything is allocated', () => {
    const huge = JSON.stringify({ ...config, vocabSize: 2 ** 40 });
    assertRefused(rewritten({ config: huge }), 'damaged', /vocabSize must be a whole number from 1 to 65536/);
    assertRefused(
      rewritten({ config: JSON.stringify({ ...config, hiddenSize: 4096 }) }),
      'damaged',
      /"layers.0.inputKernel" is missing, of a wrong shape/,
    );
    assertRefused(rewritten({ config: '{"architecture":"cnn"}' }), 'damaged', /metadata cannot be read/);
    assertRefused(rewritten({ tokenizer: '{' }), 'damaged', /metadata cannot be read \(tokenizer\)/);
    const nested = '['.repeat(20_000) + ']'.repeat(20_000);
    assertRefused(rewritten({ tokenizer: nested }), 'damaged', /metadata cannot be read \(tokenizer\)/);
    assertRefused(rewritten({ training: '{"files":-1}' }), 'damaged', /metadata cannot be read \(training/);
  });

  it('is not written when it could not be read again', () => {
    const good = example();
    for (const value of [NaN, Infinity]) {
      const weights = new Map([...good.weights, ['outputBias', Float32Array.of(0, value, 0)]]);
      assert.throws(
        () => encodeCheckpoint({ ...good, weights }),
        /"outputBias" holds values that are not finite/,
      );
    }
    assert.throws(() => encodeCheckpoint({ ...good, training: { tokens: NaN } }), /received NaN/);
  });

  it('of sound bytes but unusable content is refused by name of what is wrong', () => {
    const floats = (...values: number[]) => floatTensor(Float32Array.from(values), [values.length]);
    const unusable: Record<string, StoredTensor | null>[] = [
      { outputBias: null },
      { outputBias: floats(1, 2) },
      { outputBias: floats(1, NaN, 2) },
      { outputBias: floats(1, -Infinity, 2) },
      { outputBias: { type: 'I8', shape: [3], bytes: new Uint8Array(3) } },
      { 'projection.scales': null },
      { 'projection.scales': floats(1, -1) },
      { 'projection.scales': floats(NaN, 1) },
      { projection: { type: 'I8', shape: [2, 2], bytes: Uint8Array.of(1, 2, 0x80, 3) } },
      { projection: { type: 'F32', shape: [4], bytes: new Uint8Array(16) } },
      { gate: floats(NaN) },
      { gate: { type: 'F32', shape: [1, 1], bytes: new Uint8Array(4) } },
    ];
    for (const change of unusable) {
      const [name] = Object.keys(change)[0].split('.');
      assertRefused(rewritten({}, change), 'damaged', new RegExp(`its tensor "${name}" is`));
    }
  });

  it('may hold more than this version knows', () => {
    const added = floatTensor(Float32Array.of(1), [1]);
    assert.deepEqual(
      decodeCheckpoint(rewritten({ note: 'later' }, { added }), NAME),
      decodeCheckpoint(encodeCheckpoint(example()), NAME),
    );
  });
});
