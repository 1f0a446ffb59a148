import assert from 'node:assert/strict';
import fc from 'fast-check';
import { dequantizeRows, quantizeRows } from '../../../../src/model/network/quantizedMatrix';

const matrices = fc
  .record({ rows: fc.integer({ min: 1, max: 6 }), columns: fc.integer({ min: 1, max: 9 }) })
  .chain(({ rows, columns }) =>
    fc
      .float32Array({
        minLength: rows * columns,
        maxLength: rows * columns,
        noNaN: true,
        min: -1e6,
        max: 1e6,
      })
      .map((matrix) => ({ rows, columns, matrix })),
  );

describe('quantizeRows', () => {
  it('gives each row its own scale, the largest magnitude being 127', () => {
    const quantized = quantizeRows(Float32Array.of(1, -2, 0.5, 0, 254, 100), 2, 3);
    assert.deepEqual([...quantized.values], [64, -127, 32, 0, 127, 50]);
    assert.deepEqual([...quantized.scales], [Math.fround(2 / 127), 2]);
  });

  it('errs by at most half a step of the row', () => {
    fc.assert(
      fc.property(matrices, ({ rows, columns, matrix }) => {
        const quantized = quantizeRows(matrix, rows, columns);
        dequantizeRows(quantized).forEach((value, i) => {
          const scale = quantized.scales[Math.floor(i / columns)];
          assert.ok(Math.abs(value - matrix[i]) <= scale * 0.501 + 1e-40, `${value} for ${matrix[i]}`);
        });
      }),
    );
  });

  it('is stable: what was rounded once rounds to the same integers', () => {
    fc.assert(
      fc.property(matrices, ({ rows, columns, matrix }) => {
        // Denormal scales carry too few bits for this to hold, and no network has them.
        fc.pre(matrix.every((value) => value === 0 || Math.abs(value) > 1e-30));
        const once = quantizeRows(matrix, rows, columns);
        const twice = quantizeRows(dequantizeRows(once), rows, columns);
        assert.deepEqual(twice.values, once.values);
      }),
    );
  });
});
