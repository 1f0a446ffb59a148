import * as assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  AttentionHeads,
  dotProduct,
  type KeyValueCache,
} from '../../../../src/model/keras/layers/keyValueCache';

const HEADS = 2;
const SIZE = 3;
const ONES = new Uint8Array(100).fill(1);

/** Attention as it is defined, over the numbers that each step was made from. */
function plainAttention(steps: readonly number[], query: Float32Array): Float32Array {
  const output = new Float32Array(HEADS * SIZE);
  for (let head = 0; head < HEADS; head++) {
    const at = (step: number, i: number) => keyOf(step)[head * SIZE + i];
    const scores = steps.map((step) =>
      [0, 1, 2].reduce((total, i) => total + query[head * SIZE + i] * at(step, i), 0),
    );
    const powers = scores.map((score) => Math.exp(score));
    const sum = powers.reduce((total, power) => total + power, 0);
    for (let i = 0; i < SIZE; i++) {
      output[head * SIZE + i] = steps.reduce((total, step, j) => total + (powers[j] / sum) * -at(step, i), 0);
    }
  }
  return output;
}

const keyOf = (step: number): number[] =>
  Array.from({ length: HEADS * SIZE }, (_, i) => Math.sin(step * 7 + i));

describe('The keys and values of a Transformer', () => {
  it('are those of each text, whichever grew from whichever in whatever order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 40 })), { minLength: 1, maxLength: 12 }),
        (growth) => {
          const heads = new AttentionHeads(HEADS, SIZE, SIZE, 1, dotProduct);
          const texts: { cache: KeyValueCache; steps: number[] }[] = [
            { cache: heads.emptyCache(), steps: [] },
          ];
          let next = 0;
          for (const [parent, count] of growth) {
            const { cache, steps } = texts[parent % texts.length];
            const added = Array.from({ length: count }, () => next++);
            const keys = Float32Array.from(added.flatMap(keyOf));
            texts.push({
              cache: cache.append(
                keys,
                keys.map((x) => -x),
                ONES,
                count,
              ),
              steps: [...steps, ...added],
            });
          }
          const query = Float32Array.from({ length: HEADS * SIZE }, (_, i) => Math.cos(i));
          for (const { cache, steps } of texts.slice(1)) {
            const output = new Float32Array(HEADS * SIZE);
            heads.attend(query, 0, cache, cache.length, output, 0);
            assert.equal(cache.length, steps.length);
            plainAttention(steps, query).forEach((value, i) => {
              assert.ok(Math.abs(value - output[i]) < 1e-5, `${value}, ${output[i]}`);
            });
          }
        },
      ),
    );
  });

  it('leave padding out', () => {
    const heads = new AttentionHeads(1, 1, 1, 1, dotProduct);
    const cache = heads
      .emptyCache()
      .append(Float32Array.of(5, 1), Float32Array.of(9, 2), Uint8Array.of(0, 1), 2);
    const output = new Float32Array(1);
    heads.attend(Float32Array.of(1), 0, cache, 2, output, 0);
    assert.equal(output[0], 2);
  });
});
