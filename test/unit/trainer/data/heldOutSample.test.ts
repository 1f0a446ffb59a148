import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { sampleHeldOut } from '../../../../src/trainer/data/heldOutSample';

const options = { maxTokens: 1e6, batchSize: 4, unrollSteps: 8, seed: 1, bytesOf: () => 2 };
const documentsOf = (lengths: readonly number[]) => {
  let next = 0;
  return lengths.map((length) => Uint16Array.from({ length }, () => next++));
};

describe('sampleHeldOut', () => {
  it('scores every token but the first of each text exactly once, after the one before it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 2, max: 700 }), { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 6 }),
        (lengths, batchSize) => {
          const documents = documentsOf(lengths);
          const sample = sampleHeldOut(documents, { ...options, batchSize });
          const scored = sample.batches.flatMap(({ inputs, targets, mask }) =>
            [...targets].filter((target, i) => {
              assert.ok(mask[i] === 0 || inputs[i] === target - 1);
              return mask[i] === 1;
            }),
          );
          assert.deepEqual(
            scored.sort((a, b) => a - b),
            documents.flatMap((tokens) => [...tokens.subarray(1)]),
          );
          assert.equal(sample.bytes, 2 * scored.length);
        },
      ),
    );
  });

  it('keeps to its limit, sees several texts, and is the same each time', () => {
    const documents = documentsOf([3000, 3000, 3000, 3000]);
    const limited = { ...options, maxTokens: 1024 };
    const sample = sampleHeldOut(documents, limited);
    assert.ok(sample.bytes <= 2 * 1024 && sample.bytes > 2 * 500);
    const starts = sample.batches[0].inputs.filter((_, i) => i % options.unrollSteps === 0);
    assert.ok(new Set([...starts].map((token) => Math.floor(token / 3000))).size > 1);
    assert.deepEqual(sampleHeldOut(documents, limited), sample);
  });

  it('starts each stretch with a fresh state', () => {
    const sample = sampleHeldOut(documentsOf([20, 20, 20]), { ...options, batchSize: 2 });
    const resets = sample.batches.map((batch) => [...batch.resets]);
    assert.equal(
      resets.flat().reduce((a, b) => a + b),
      3,
    );
    assert.deepEqual(resets[0], [1, 1]);
  });
});
