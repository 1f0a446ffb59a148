import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { join } from 'node:path';
import fc from 'fast-check';
import { TrainingKernel, type Heap } from '../../../../src/trainer/engines/trainingKernel';
import { trainingKernelFolder } from '../../../support/kernelBytes';

const PAGE_BYTES = 65536;

type TestHeap = Heap & { readonly freed: number[] };

/** A heap that hands out memory in sequence and never again what was given back. */
function newHeap(mostPages: number, shared: boolean): TestHeap {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: mostPages, shared });
  const freed: number[] = [];
  let end = 16;
  return {
    memory,
    freed,
    allocate(byteLength) {
      const offset = end;
      const pages = Math.ceil((offset + byteLength - memory.buffer.byteLength) / PAGE_BYTES);
      if (pages > 0) {
        try {
          memory.grow(pages);
        } catch {
          return 0;
        }
      }
      end += Math.ceil(byteLength / 16) * 16;
      return offset;
    },
    free: (offset) => freed.push(offset),
  };
}

/** Numbers of a few bits, whose products and sums are exact in any order and rounding. */
const numbers = (length: number, seed: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => (((i + 1) * (2 * seed + 3) * 2654435761) % 31) - 15);

const size = fc.integer({ min: 1, max: 70 });

for (const name of ['training-kernel.wasm', 'training-kernel-relaxed.wasm', 'training-kernel-shared.wasm']) {
  describe(`The training kernel (${name})`, () => {
    const growingHeap = (mostPages = 1000): TestHeap => newHeap(mostPages, name.includes('shared'));
    let bytes: Uint8Array;
    before(async () => {
      // Node 20 supports relaxed SIMD only with an option.
      setFlagsFromString('--experimental-wasm-relaxed-simd');
      bytes = readFileSync(join(await trainingKernelFolder(), name));
    });

    const put = (heap: Heap, values: Float32Array): number => {
      const offset = heap.allocate(4 * values.length);
      new Float32Array(heap.memory.buffer, offset, values.length).set(values);
      return offset;
    };
    const read = ({ memory }: Heap, offset: number, length: number): Float32Array =>
      new Float32Array(memory.buffer, offset, length).slice();

    it('holds no data of its own, which would overwrite the heap that it works on', () => {
      const sections: number[] = [];
      const number = (at: number): [value: number, next: number] => {
        let value = 0;
        for (let shift = 0; ; shift += 7) {
          const byte = bytes[at++];
          value |= (byte & 0x7f) << shift;
          if (byte < 0x80) {
            return [value, at];
          }
        }
      };
      for (let at = 8; at < bytes.length;) {
        sections.push(bytes[at]);
        const [length, content] = number(at + 1);
        at = content + length;
      }
      const [code, data] = [10, 11];
      assert.ok(sections.includes(code));
      assert.ok(!sections.includes(data));
    });

    it('multiplies matrices of any size', () => {
      fc.assert(
        fc.property(size, size, size, (rows, inner, columns) => {
          const heap = growingHeap();
          const kernel = new TrainingKernel(bytes, heap);
          const [a, b] = [numbers(rows * inner, 1), numbers(inner * columns, 2)];
          const [left, offset] = [put(heap, a), put(heap, b)];
          const out = put(heap, new Float32Array(rows * columns + 1).fill(7));
          kernel.product(left, rows, inner, { identity: {}, offset, columns }, out);
          const expected = new Float32Array(rows * columns + 1).fill(7);
          for (let row = 0; row < rows; row++) {
            for (let column = 0; column < columns; column++) {
              let sum = 0;
              for (let k = 0; k < inner; k++) {
                sum += a[row * inner + k] * b[k * columns + column];
              }
              expected[row * columns + column] = sum;
            }
          }
          assert.deepEqual(read(heap, out, expected.length), expected);
        }),
      );
    });

    it('takes another right side than last time, of whatever size, for another', () => {
      const heap = growingHeap();
      const kernel = new TrainingKernel(bytes, heap);
      const left = put(heap, Float32Array.of(1, 2));
      const product = (identity: object, values: number[]) => {
        const columns = values.length / 2;
        const out = heap.allocate(4 * columns);
        const offset = put(heap, Float32Array.from(values));
        kernel.product(left, 1, 2, { identity, offset, columns }, out);
        return [...read(heap, out, columns)];
      };
      const first = {};
      assert.deepEqual(product(first, [1, 10]), [21]);
      assert.deepEqual(product(first, [0, 0]), [21], 'the same one is packed once');
      assert.deepEqual(product({}, [3, 0]), [3]);
      assert.deepEqual(product(first, [1, 0, 0, 1]), [1, 2]);
      assert.deepEqual(
        product(
          {},
          Array.from({ length: 40 }, () => 1),
        ),
        Array.from({ length: 20 }, () => 3),
      );
      assert.deepEqual(product(first, [1, 1]), [3]);
    });

    it('packs a right side that is large in parts, each time anew', () => {
      const heap = growingHeap();
      const kernel = new TrainingKernel(bytes, heap);
      const [inner, columns] = [1100, 4100];
      const left = put(heap, new Float32Array(inner).fill(1));
      const offset = put(heap, new Float32Array(inner * columns));
      const out = heap.allocate(4 * columns);
      const identity = {};
      for (const last of [5, 7]) {
        const lastRow = Float32Array.from({ length: columns }, (_, column) => last + column);
        new Float32Array(heap.memory.buffer, offset, inner * columns).set(lastRow, (inner - 1) * columns);
        kernel.product(left, 1, inner, { identity, offset, columns }, out);
        assert.deepEqual(read(heap, out, columns), lastRow);
      }
    });

    it('gives back what it has outgrown, and says how much memory was not to be had', () => {
      const heap = growingHeap(20);
      const kernel = new TrainingKernel(bytes, heap);
      const product = (inner: number) => {
        kernel.product(16, 1, inner, { identity: {}, offset: 16, columns: 1 }, 16);
      };
      product(4);
      assert.deepEqual(heap.freed, []);
      product(8);
      assert.equal(heap.freed.length, 2);
      assert.throws(() => {
        product(1_000_000);
      }, /A network needs 245 MB of memory/);
      product(8);
    });

    it('transposes and sums matrices of any size', () => {
      fc.assert(
        fc.property(size, size, (rows, columns) => {
          const heap = growingHeap();
          const { functions } = new TrainingKernel(bytes, heap);
          const values = numbers(rows * columns, 3);
          const a = put(heap, values);
          const [transposed, sums] = [heap.allocate(4 * values.length), heap.allocate(4 * columns)];
          functions.transpose(a, rows, columns, transposed);
          functions.columnSums(a, rows, columns, sums);
          const column = (c: number) => Array.from({ length: rows }, (_, row) => values[row * columns + c]);
          const byColumn = Array.from({ length: columns }, (_, c) => column(c));
          const sumOf = (of: number[]) => of.reduce((sum, value) => sum + value, 0);
          assert.deepEqual([...read(heap, transposed, values.length)], byColumn.flat());
          assert.deepEqual([...read(heap, sums, columns)], byColumn.map(sumOf));
          const squares = sumOf([...values].map((value) => value * value));
          assert.equal(functions.sumOfSquares(a, values.length), squares);
          const others = numbers(values.length, 4);
          functions.add(a, put(heap, others), values.length);
          assert.deepEqual(
            read(heap, a, values.length),
            values.map((value, i) => value + others[i]),
          );
        }),
      );
    });

    it('gives a row’s loss and gradient over vocabularies of any size, also of a target that is all but certain', () => {
      fc.assert(
        fc.property(
          fc.float32Array({ minLength: 1, maxLength: 70, noNaN: true, min: -30, max: 30 }),
          fc.nat(),
          fc.constantFrom(0, 0.25, 1),
          (logits, pick, weight) => {
            const heap = growingHeap();
            const { functions } = new TrainingKernel(bytes, heap);
            const row = put(heap, logits);
            const target = pick % logits.length;
            const probability = functions.softmaxLoss(row, logits.length, target, weight);
            const shares = [...logits].map((x) => Math.exp(x - Math.max(...logits)));
            const sum = shares.reduce((total, share) => total + share, 0);
            const close = (actual: number, expected: number, what: string) => {
              assert.ok(
                Math.abs(actual - expected) <= 1e-6 * Math.abs(expected) + 1e-8,
                `${what}: ${actual} for ${expected}`,
              );
            };
            close(probability, shares[target] / sum, 'the probability');
            const gradient = read(heap, row, logits.length);
            for (const [i, share] of shares.entries()) {
              close(gradient[i], weight * (share / sum - (i === target ? 1 : 0)), `element ${i}`);
            }
          },
        ),
      );
    });
  });
}
