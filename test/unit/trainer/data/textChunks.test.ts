import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { chunksOf, joinDigests, splitDigests } from '../../../../src/trainer/data/textChunks';

const documents = fc
  .array(fc.integer({ min: 0, max: 4095 }), { minLength: 2, maxLength: 5000 })
  .map((tokens) => Uint16Array.from(tokens));

describe('The chunks of a text', () => {
  it('hold every token but the first once, in order', () => {
    fc.assert(
      fc.property(documents, (tokens) => {
        const chunks = chunksOf(tokens);
        assert.equal(chunks[0].from, 1);
        assert.equal(chunks.at(-1)!.to, tokens.length);
        for (const [i, { from, to }] of chunks.entries()) {
          assert.ok(from < to);
          assert.equal(from, i === 0 ? 1 : chunks[i - 1].to);
        }
      }),
    );
  });

  it('are the same after an edit, except those around it, even if all that follows has moved', () => {
    const tokens = Uint16Array.from({ length: 20_000 }, (_, i) => Math.imul(i, 2654435761) >>> 20);
    const before = new Set(chunksOf(tokens).map(({ digest }) => digest));
    const edited = Uint16Array.from([...tokens.subarray(0, 9000), 7, 8, 9, ...tokens.subarray(9000)]);
    const changed = chunksOf(edited).filter(({ digest }) => !before.has(digest));
    assert.ok(before.size > 10, 'a text of many chunks');
    assert.ok(changed.length >= 1 && changed.length <= 2);
    assert.ok(changed.every(({ from, to }) => from < 9003 + 2048 && to > 9000 - 2048));
  });

  it('are recognised from what a checkpoint keeps', () => {
    fc.assert(
      fc.property(documents, (tokens) => {
        const digests = chunksOf(tokens).map(({ digest }) => digest);
        assert.deepEqual(splitDigests(joinDigests(digests)), new Set(digests.toSorted()));
      }),
    );
    assert.equal(splitDigests('').size, 0);
  });
});
