import assert from 'node:assert/strict';
import fc from 'fast-check';
import { KernelMemory } from '../../../../src/model/kernel/kernelModule';
import { kernelBytes } from '../../../support/kernelBytes';

describe('The kernel', () => {
  let kernel: Uint8Array;
  before(async () => {
    kernel = await kernelBytes();
  });

  it('takes exponentials to within 3e-7 of their value, and those of hopeless logits to 0', () => {
    // A softmax over [x, 0, …] shows e^x, as long as x is not above 0.
    fc.assert(
      fc.property(fc.float({ min: -86, max: 0, noNaN: true }), (x) => {
        const memory = new KernelMemory();
        const at = memory.reserveFloats(Float32Array.of(x, 0, -1000, -Infinity, -200, -200, -200, -200));
        const { functions, buffer } = memory.instantiate(kernel);
        functions.softmax(at, 8);
        const [first, second, ...others] = new Float32Array(buffer, at, 8);
        const expected = Math.exp(x);
        assert.ok(Math.abs(first / second / expected - 1) < 3e-7, `e^${x} is ${first / second}`);
        assert.ok(Math.abs(second * (1 + expected) - 1) < 2e-7);
        assert.deepEqual(others, [0, 0, 0, 0, 0, 0]);
      }),
    );
  });

  it('quantises a vector so that each element errs by at most half a unit and the largest is the limit', () => {
    fc.assert(
      fc.property(
        fc.float32Array({ minLength: 8, maxLength: 8, noNaN: true, min: -1e9, max: 1e9 }),
        fc.integer({ min: 1000, max: 32767 }),
        (vector, limit) => {
          const memory = new KernelMemory();
          const from = memory.reserveFloats(vector);
          const to = memory.reserve(16);
          const { functions, buffer } = memory.instantiate(kernel);
          const scale = functions.quantize(from, 8, limit, to);
          const values = [...new Int16Array(buffer, to, 8)];
          const largest = vector.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
          if (largest < 1e-30) {
            assert.deepEqual([scale, ...values], [0, 0, 0, 0, 0, 0, 0, 0, 0]);
            return;
          }
          values.forEach((value, i) => {
            assert.ok(Math.abs(value * scale - vector[i]) <= scale * 0.51);
          });
          assert.equal(
            values.reduce((a, b) => Math.max(a, Math.abs(b)), 0),
            limit,
          );
        },
      ),
    );
  });
});
