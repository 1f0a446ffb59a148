import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { BatchStream, type DocumentTokens } from '../../../../src/trainer/data/batchStream';
import type { TrainBatch } from '../../../../src/trainer/engine';

/** Documents in which every token is different, so that each window shows where it comes from. */
const documentsOf = (lengths: readonly number[]): DocumentTokens[] => {
  let next = 0;
  return lengths.map((length) => Uint16Array.from({ length }, () => next++));
};

const countedTargets = (batch: TrainBatch) => [...batch.targets].filter((_, i) => batch.mask[i] === 1);

describe('BatchStream', () => {
  it('walks each row through a document and marks where one starts', () => {
    const stream = new BatchStream(documentsOf([8, 8]), { batchSize: 2, unrollSteps: 4, seed: 1 });
    const [first, second] = [stream.next(), stream.next()];
    assert.deepEqual([...first.resets], [1, 1]);
    assert.deepEqual([...second.resets], [0, 0]);
    for (let row = 0; row < 2; row++) {
      const [input] = first.inputs.subarray(row * 4);
      assert.deepEqual(
        [...first.inputs.subarray(row * 4, row * 4 + 4)],
        [0, 1, 2, 3].map((i) => input + i),
      );
      assert.deepEqual(
        [...first.targets.subarray(row * 4, row * 4 + 4)],
        [1, 2, 3, 4].map((i) => input + i),
      );
      assert.deepEqual(
        [...second.inputs.subarray(row * 4, row * 4 + 3)],
        [4, 5, 6].map((i) => input + i),
      );
      assert.deepEqual([...second.mask.subarray(row * 4, row * 4 + 4)], [1, 1, 1, 0]);
    }
  });

  it('gives each row of a batch its own part of a single long document', () => {
    const stream = new BatchStream(documentsOf([4001]), { batchSize: 8, unrollSteps: 10, seed: 1 });
    const { inputs } = stream.next();
    assert.equal(new Set(inputs).size, 80);
  });

  it('uses fewer rows when there is little text', () => {
    assert.equal(
      new BatchStream(documentsOf([100]), { batchSize: 32, unrollSteps: 32, seed: 1 }).batchSize,
      3,
    );
    assert.equal(new BatchStream(documentsOf([2]), { batchSize: 32, unrollSteps: 32, seed: 1 }).batchSize, 1);
  });

  it('predicts every token once an epoch, in another order each epoch', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 2, max: 300 }), { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 16 }),
        (lengths, batchSize, unrollSteps) => {
          const documents = documentsOf(lengths);
          const stream = new BatchStream(documents, { batchSize, unrollSteps, seed: 3 });
          const seen = new Map<number, number>();
          let total = 0;
          while (total < 3 * stream.tokensPerEpoch) {
            for (const token of countedTargets(stream.next())) {
              seen.set(token, (seen.get(token) ?? 0) + 1);
              total++;
            }
          }
          const firsts = new Set(documents.map(([first]) => first));
          for (const document of documents) {
            for (const token of document.subarray(1)) {
              assert.ok((seen.get(token) ?? 0) >= 1, 'a token was passed over');
            }
          }
          assert.ok([...seen.keys()].every((token) => !firsts.has(token)));
          assert.ok(stream.epochs >= 2);
        },
      ),
    );
  });

  it('reads a document of half the weight about half as often', () => {
    const documents = documentsOf(Array.from({ length: 60 }, () => 33));
    const weightOf = (document: number) => (document < 30 ? 0.7 : 1.4);
    const stream = new BatchStream(documents, { batchSize: 4, unrollSteps: 8, seed: 5, weightOf });
    const border = documents[30][0];
    const read = { light: 0, heavy: 0 };
    while (stream.epochs < 100) {
      for (const target of countedTargets(stream.next())) {
        read[target < border ? 'light' : 'heavy']++;
      }
    }
    const ratio = read.heavy / read.light;
    assert.ok(ratio > 1.9 && ratio < 2.1, `twice as often, not ${ratio}`);
  });

  it('counts a pass over a text only once all of it was handed out, also where every row takes a part of it at once', () => {
    for (const lengths of [[1025], [129, 129, 129, 129]]) {
      const stream = new BatchStream(documentsOf(lengths), { batchSize: 4, unrollSteps: 32, seed: 1 });
      let read = 0;
      while (read < 2 * stream.tokensPerEpoch) {
        assert.ok(Math.abs(stream.epochs - read / stream.tokensPerEpoch) < 1e-9, `${stream.epochs} passes`);
        read += countedTargets(stream.next()).length;
      }
    }
  });

  it('weighs a long document by parts of 32 windows, so that one of them does not count for all', () => {
    const lengths: number[] = [];
    const weightOf = (_document: number, from: number, to: number) => {
      lengths.push(to - from);
      return 1;
    };
    new BatchStream(documentsOf([20_001]), { batchSize: 2, unrollSteps: 4, seed: 1, weightOf });
    assert.equal(Math.max(...lengths), 32 * 4);
  });

  it('goes on from a position with the weights that it began with, and tells what was read by them', () => {
    const documents = documentsOf(Array.from({ length: 60 }, () => 33));
    const options = { batchSize: 4, unrollSteps: 8, seed: 5 };
    const stream = new BatchStream(documents, { ...options, weightOf: (document) => 1 + document });
    // To where a row takes a new stretch, as a restored one begins its stretch anew.
    while (stream.position().epoch < 1 || stream.position().rows.some(({ offset }) => offset < 32)) {
      stream.next();
    }
    const today = new BatchStream(documents, { ...options, weightOf: (document) => 60 - document });
    const position = stream.position();
    today.restore(position);
    assert.deepEqual(today.readUntil(position), stream.readUntil(position));
    for (let i = 0; i < 100; i++) {
      assert.deepEqual(today.next(), stream.next());
    }
  });

  it('continues from a saved position as it would have gone on', () => {
    const options = { batchSize: 3, unrollSteps: 5, seed: 7 };
    const documents = documentsOf([16, 16, 16, 16, 16, 16, 16]);
    const stream = new BatchStream(documents, options);
    // Three windows make a document of 15 targets, so that after six every row begins one.
    for (let i = 0; i < 6; i++) {
      stream.next();
    }
    const copy = new BatchStream(documents, options);
    copy.restore(JSON.parse(JSON.stringify(stream.position())) as ReturnType<BatchStream['position']>);
    assert.equal(copy.epochs, stream.epochs);
    assert.deepEqual(copy.next(), stream.next());
  });
});
