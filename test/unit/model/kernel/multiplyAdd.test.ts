import assert from 'node:assert/strict';
import fc from 'fast-check';
import { activationLimit, KernelMemory, padded } from '../../../../src/model/kernel/kernelModule';
import { packMatrix, padGroups } from '../../../../src/model/kernel/packMatrix';
import { MAX_COLUMNS } from '../../../../src/model/network/checkNetworkConfig';
import type { QuantizedMatrix } from '../../../../src/model/network/quantizedMatrix';
import { kernelBytes } from '../../../support/kernelBytes';
import { seededRandom } from '../../../../src/model/generation/seededRandom';

/** Integers of magnitude at most `limit`; every eighth or so is the limit itself. */
function integers(length: number, limit: number, random: () => number): Int16Array {
  return Int16Array.from({ length }, () => {
    const value = Math.floor((2 * random() - 1) * limit * 1.1);
    return Math.max(-limit, Math.min(limit, value));
  });
}

function matrixOf(rows: number, columns: number, random: () => number): QuantizedMatrix {
  return {
    rows,
    columns,
    values: Int8Array.from(integers(rows * columns, 127, random)),
    scales: Float32Array.from({ length: rows }, random),
  };
}

/** The same integer arithmetic, one number at a time. */
function scalarProduct(
  matrix: QuantizedMatrix,
  row: number,
  vector: Int16Array,
  vectorScale: number,
): number {
  let sum = 0;
  for (let column = 0; column < matrix.columns; column++) {
    sum += matrix.values[row * matrix.columns + column] * vector[column];
  }
  assert.equal(sum, sum | 0, 'the sum fits 32 bits');
  return Math.fround(Math.fround(Math.fround(sum) * vectorScale) * matrix.scales[row]);
}

describe('multiplyAdd', () => {
  let kernel: Uint8Array;
  before(async () => {
    kernel = await kernelBytes();
  });

  /** out [count][rows], starting from `initial`. */
  function multiply(
    matrix: QuantizedMatrix,
    vectors: Int16Array[],
    scales: Float32Array,
    initial: number,
  ): number[][] {
    const memory = new KernelMemory();
    const packed = packMatrix(memory, matrix);
    const width = padded(matrix.columns);
    const offset = memory.reserve(2 * width * vectors.length, (buffer, at) => {
      vectors.forEach((vector, i) => {
        new Int16Array(buffer, at + 2 * i * width).set(vector);
      });
    });
    const scalesOffset = memory.reserveFloats(scales);
    const rows = padded(matrix.rows);
    const out = memory.reserveFloats(new Float32Array(rows * vectors.length).fill(initial));
    const { functions, buffer } = memory.instantiate(kernel);
    functions.multiplyAdd(
      packed.weights,
      packed.scales,
      packed.panels,
      packed.pairs,
      offset,
      scalesOffset,
      vectors.length,
      out,
    );
    return vectors.map((_, i) => [...new Float32Array(buffer, out + 4 * i * rows, matrix.rows)]);
  }

  it('agrees to the last bit with scalar arithmetic, for every shape and number of vectors', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.oneof(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 500, max: 530 })),
        fc.integer({ min: 1, max: 8 }),
        fc.nat(),
        (rows, columns, count, seed) => {
          const random = seededRandom(seed);
          const matrix = matrixOf(rows, columns, random);
          const limit = activationLimit(padded(columns));
          const vectors = Array.from({ length: count }, () => integers(columns, limit, random));
          const scales = Float32Array.from({ length: count }, random);
          const initial = Math.fround(random());
          const expected = vectors.map((vector, i) =>
            Array.from({ length: rows }, (_, row) =>
              Math.fround(initial + scalarProduct(matrix, row, vector, scales[i])),
            ),
          );
          assert.deepEqual(multiply(matrix, vectors, scales, initial), expected);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('does not overflow on the widest row of the largest weights and activations', () => {
    const limit = activationLimit(MAX_COLUMNS);
    for (const sign of [1, -1]) {
      const matrix = {
        rows: 1,
        columns: MAX_COLUMNS,
        values: new Int8Array(MAX_COLUMNS).fill(sign * 127),
        scales: Float32Array.of(1),
      };
      const vector = new Int16Array(MAX_COLUMNS).fill(limit);
      const expected = Math.fround(sign * 127 * limit * MAX_COLUMNS);
      assert.deepEqual(multiply(matrix, [vector], Float32Array.of(1), 0), [[expected]]);
    }
    assert.ok(limit >= 4000, 'activations keep 12 bits');
  });

  it('starts each gate of a cell at a panel of its own', () => {
    assert.deepEqual(
      [...padGroups(Float32Array.of(1, 2, 3, 4), 2, 9)],
      [...[1, 2, 9, 9, 9, 9, 9, 9], ...[3, 4, 9, 9, 9, 9, 9, 9]],
    );
  });
});
