import assert from 'node:assert/strict';
import fc from 'fast-check';
import { adamOn } from '../../../../src/trainer/engines/adamOn';
import {
  FLOAT_BYTES,
  kernelFunctions,
  readSharedKernel,
  readTrainingKernel,
} from '../../../../src/trainer/engines/trainingKernel';
import { trainingKernelFolder } from '../../../support/kernelBytes';

const float = fc.float({ noNaN: true, min: -1, max: 1 });
const weights = fc.array(
  fc.record({
    value: float,
    first: float,
    second: fc.float({ noNaN: true, min: 0, max: 1 }),
    gradient: float,
  }),
  { minLength: 1, maxLength: 30 },
);

/** Within float32 rounding of a sum whose terms are of that size; numbers next to the smallest are rounded more coarsely. */
function assertClose(actual: number, expected: number, size: number, what: string): void {
  assert.ok(Math.abs(actual - expected) <= 5e-7 * size + 1e-30, `${what}: ${actual} for ${expected}`);
}

for (const shared of [false, true]) {
  describe(`A step of Adam in ${shared ? 'memory that threads share' : 'memory of one thread'}`, () => {
    let bytes: Uint8Array;
    before(async () => {
      const folder = await trainingKernelFolder();
      bytes = await (shared ? readSharedKernel : readTrainingKernel)(folder);
    });

    it('is that of the formula for any number of weights, in place or not, wherever they lie, and changes no others', () => {
      fc.assert(
        fc.property(weights, fc.integer({ min: 0, max: 3 }), fc.boolean(), (before, skipped, inPlace) => {
          const { length } = before;
          const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared });
          // One array after the other, with a number between them that must stay.
          const startOf = (array: number): number => skipped + array * (length + 1);
          const numbers = new Float32Array(memory.buffer).fill(7);
          for (const [i, { value, first, second, gradient }] of before.entries()) {
            for (const [array, number] of [value, first, second, gradient].entries()) {
              numbers[startOf(array) + i] = number;
            }
          }
          const newValues = inPlace ? 0 : 4;
          const [values, firstMoments, secondMoments, gradients] = [0, 1, 2, 3].map(
            (array) => FLOAT_BYTES * startOf(array),
          );
          adamOn(
            kernelFunctions(bytes, memory),
            { values, firstMoments, secondMoments, gradients, newValues: FLOAT_BYTES * startOf(newValues) },
            length,
            { learningRate: 0.01, gradientScale: 0.3, step: 5 },
          );
          for (const [i, { value, first, second, gradient }] of before.entries()) {
            const [newFirst, newSecond] = [numbers[startOf(1) + i], numbers[startOf(2) + i]];
            const [old, added] = [0.9 * first, 0.1 * 0.3 * gradient];
            assertClose(newFirst, old + added, Math.abs(old) + Math.abs(added), `first moment ${i}`);
            const expected = 0.999 * second + 0.001 * (0.3 * gradient) ** 2;
            assertClose(newSecond, expected, expected, `second moment ${i}`);
            const root = Math.sqrt(newSecond / (1 - 0.999 ** 5));
            const change = (0.01 * newFirst) / (1 - 0.9 ** 5) / (root + 1e-8);
            const newValue = numbers[startOf(newValues) + i];
            assertClose(newValue, value - change, Math.abs(value) + Math.abs(change), `value ${i}`);
          }
          const between = [0, 1, 2, 3, 4].map((array) => numbers[startOf(array) + length]);
          assert.deepEqual(between, [7, 7, 7, 7, 7]);
        }),
      );
    });
  });
}
