import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { splitHeldOut, type FilePart } from '../../../../src/trainer/corpus/splitHeldOut';

const filesOf = (sizes: readonly number[]) =>
  sizes.map((bytes, i) => ({ root: '/r', path: `f${i}.txt`, bytes }));
const bytesOf = (parts: readonly FilePart[]) =>
  parts.reduce((sum, { file, from, to }) => sum + file.bytes * (to - from), 0);

describe('splitHeldOut', () => {
  it('holds out whole files with about a tenth of the bytes', () => {
    const split = splitHeldOut(filesOf(Array.from({ length: 100 }, (_, i) => 500 + i)), 1);
    const share = bytesOf(split.heldOut) / (bytesOf(split.heldOut) + bytesOf(split.train));
    assert.ok(share > 0.09 && share < 0.13, String(share));
    assert.ok(split.heldOut.every(({ from, to }) => from === 0 && to === 1));
  });

  it('holds out the last part of a single file', () => {
    const [file] = filesOf([1000]);
    assert.deepEqual(splitHeldOut([file], 1), {
      train: [{ file, from: 0, to: 0.9 }],
      heldOut: [{ file, from: 0.9, to: 1 }],
    });
  });

  it('holds out the last part of two large files rather than one of them', () => {
    const split = splitHeldOut(filesOf([1000, 1000]), 1);
    assert.deepEqual(
      split.heldOut.map(({ from, to }) => [from, to]),
      [
        [0.9, 1],
        [0.9, 1],
      ],
    );
  });

  it('holds out the smallest of a few files whole, where that leaves most of the text to train on', () => {
    const { heldOut } = splitHeldOut(filesOf([160, 170, 150, 180, 165, 175]), 1);
    assert.deepEqual(
      heldOut.map(({ file, from, to }) => [file.path, from, to]),
      [['f2.txt', 0, 1]],
    );
  });

  it('adds the last part of a large file to small held-out files', () => {
    const { heldOut } = splitHeldOut(filesOf([100_000, 100]), 1);
    assert.deepEqual(
      heldOut.map(({ file, from }) => [file.path, from]),
      [
        ['f0.txt', 0.9],
        ['f1.txt', 0],
      ],
    );
  });

  it('holds out what the model was not trained on, where there is enough of it', () => {
    const files = filesOf(Array.from({ length: 40 }, () => 1000));
    const first = splitHeldOut(files, 1).heldOut.map(({ file }) => file);
    const second = splitHeldOut(files, 1, new Set(first)).heldOut.map(({ file }) => file);
    assert.equal(second.length, first.length);
    assert.ok(second.every((file) => !first.includes(file)));
    const all = splitHeldOut(files, 1, new Set(files)).heldOut.map(({ file }) => file);
    assert.deepEqual(all, first, 'where everything was learned, the choice is as ever');
  });

  it('draws files from all over the folder, and others with another seed, as neighbours are alike', () => {
    const files = filesOf(Array.from({ length: 100 }, () => 1000));
    const [first, second] = [1, 2].map((seed) =>
      splitHeldOut(files, seed).heldOut.map(({ file }) => files.indexOf(file)),
    );
    assert.ok(Math.max(...first) - Math.min(...first) > 50, first.join());
    assert.notDeepEqual(first, second);
  });

  it('mostly keeps its choice when files are added', () => {
    const sizes = Array.from({ length: 200 }, () => 1000);
    const before = new Set(splitHeldOut(filesOf(sizes), 1).heldOut.map(({ file }) => file.path));
    const after = splitHeldOut(filesOf([...sizes, 1000, 1000]), 1).heldOut.map(({ file }) => file.path);
    assert.ok(after.filter((path) => before.has(path)).length >= 18);
  });

  it('trains on every byte that it does not hold out, and holds something out', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 1e6 }), { minLength: 1, maxLength: 60 }),
        fc.nat(),
        (sizes, seed) => {
          const files = filesOf(sizes);
          const split = splitHeldOut(files, seed);
          const total = sizes.reduce((sum, size) => sum + size, 0);
          const heldOut = bytesOf(split.heldOut);
          assert.ok(Math.abs(heldOut + bytesOf(split.train) - total) < 1e-6 * total);
          assert.ok(heldOut > 0 && heldOut <= 0.31 * total, `${heldOut} of ${total}`);
          assert.deepEqual(splitHeldOut(files, seed), split);
        },
      ),
    );
  });
});
