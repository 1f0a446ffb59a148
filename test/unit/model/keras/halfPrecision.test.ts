import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { floatsOfHalves } from '../../../../src/model/keras/halfPrecision';
import { KerasError } from '../../../../src/model/keras/kerasFault';
import { readKerasModel } from '../../../../src/model/keras/readKerasModel';

const lstm = readFileSync(join(__dirname, '../../../fixtures/keras/lstm.h5'));
/** What an HDF5 file says of floats of 32 bits, and of 16. */
const FLOAT = Buffer.from('11201f000400000000002000170800177f000000', 'hex');
const HALF = Buffer.from('11200f0002000000000010000a05000a0f000000', 'hex');

/** The file with the bias of its last layer stored as these bits. */
function withBias(halves: readonly number[]): Buffer {
  const file = Buffer.from(lstm);
  const type = file.indexOf(FLOAT);
  // The message on the layout of the data: version 3, contiguous, then the address and the number of bytes.
  const layout = file.indexOf(Buffer.from('0301', 'hex'), type + 40);
  const address = Number(file.readBigUInt64LE(layout + 2));
  assert.equal(Number(file.readBigUInt64LE(layout + 10)), 4 * halves.length);
  HALF.copy(file, type);
  file.writeBigUInt64LE(BigInt(2 * halves.length), layout + 10);
  Buffer.from(Uint16Array.from(halves).buffer).copy(file, address);
  return file;
}

describe('Weights of 16 bits', () => {
  it('are the same numbers in 32 bits', () => {
    const known: [bits: number, value: number][] = [
      [0x0000, 0],
      [0x8000, -0],
      [0x0001, 2 ** -24],
      [0x8001, -(2 ** -24)],
      [0x03ff, 1023 * 2 ** -24],
      [0x0400, 2 ** -14],
      [0x3555, 0.333251953125],
      [0x3c00, 1],
      [0x3c01, 1 + 2 ** -10],
      [0xc000, -2],
      [0x7bff, 65504],
      [0x7c00, Infinity],
      [0xfc00, -Infinity],
      [0x7e00, NaN],
    ];
    const floats = floatsOfHalves(Uint16Array.from(known, ([bits]) => bits));
    assert.deepEqual(
      Array.from(floats),
      known.map(([, value]) => value),
    );
  });

  it('are read from a file, whose model predicts nearly as with 32 bits', async () => {
    // Exact in 16 bits: those of the fixture but for the last, which is 0.34375.
    const halves = [
      0xb500, 0x3200, 0x3100, 0x3a40, 0xae00, 0xba40, 0xb600, 0xb780, 0xb8c0, 0x3300, 0xb500, 0xbc00, 0x3581,
    ];
    const predicted = async (file: Uint8Array): Promise<Float32Array> => {
      const model = await readKerasModel(file, 'lstm.h5');
      const probs = new Float32Array(model.vocabSize);
      model.predict(model.next(model.start(), 3), probs);
      return probs;
    };
    const [exact, half] = [await predicted(lstm), await predicted(withBias(halves))];
    assert.notDeepEqual(half, exact);
    half.forEach((probability, i) => {
      assert.ok(Math.abs(probability - exact[i]) < 1e-3 * exact[i], `${probability} for ${exact[i]}`);
    });
  });

  it('are refused where they are infinite, as after a training that has diverged', async () => {
    const file = withBias([...new Array<number>(12).fill(0), 0x7c00]);
    await assert.rejects(readKerasModel(file, 'lstm.h5'), /diverged.*|are not all finite numbers/);
  });
});

describe('Weights in another form', () => {
  const withType = (change: (type: Buffer) => void): Buffer => {
    const file = Buffer.from(lstm);
    const type = file.indexOf(FLOAT);
    change(file.subarray(type, type + FLOAT.length));
    return file;
  };
  it('are refused, as they would be read as other numbers', async () => {
    const bigEndian = withType((type) => (type[1] |= 1));
    await assert.rejects(readKerasModel(bigEndian, 'lstm.h5'), {
      message: /its weights "[^"]+" are stored as ">f"; save the model with float32 weights\.$/,
    });
    const wideIntegers = withType((type) => Buffer.from('1008000010000000', 'hex').copy(type));
    await assert.rejects(readKerasModel(wideIntegers, 'lstm.h5'), KerasError);
  });
});
