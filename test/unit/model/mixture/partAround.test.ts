import assert from 'node:assert/strict';
import fc from 'fast-check';
import { partAround } from '../../../../src/model/mixture/partAround';

/** Tokens that are all different, so that each place is found once; some have the numbers of half surrogate pairs. */
const text = Uint16Array.from({ length: 500 }, (_, i) => (i < 250 ? 0xd7e0 + i : i + 1));
const places = fc
  .tuple(
    fc.integer({ min: 0, max: 200 }),
    fc.integer({ min: 250, max: 300 }),
    fc.integer({ min: 350, max: 500 }),
  )
  .map(([from, cursor, to]) => ({ from, cursor, to }));

describe('the part of a text that a document holds', () => {
  it('is found wherever it was cut out, also through a word, and whatever was edited inside', () => {
    fc.assert(
      fc.property(places, fc.boolean(), ({ from, cursor, to }, isEdited) => {
        const [above, below] = [text.slice(from, cursor), text.slice(cursor, to)];
        if (isEdited) {
          above[0] = 999;
          above.set([998, 997], 45);
          below[below.length - 1] = 996;
          below[3] = 995;
        }
        assert.deepEqual(partAround(text, above, below), [from, to]);
      }),
    );
  });

  it('reaches to the end of the text where an end of it is not found, or too short to be known again', () => {
    const unknown = new Uint16Array(60).fill(999);
    assert.deepEqual(partAround(text, unknown, text.slice(300, 400)), [0, 400]);
    assert.deepEqual(partAround(text, text.slice(100, 300), unknown), [100, 500]);
    assert.deepEqual(partAround(text, text.slice(100, 110), text.slice(110, 120)), [0, 500]);
    assert.deepEqual(partAround(text, new Uint16Array(), new Uint16Array()), [0, 500]);
    assert.deepEqual(partAround(new Uint16Array(), text.slice(0, 100), text.slice(100)), [0, 0]);
  });

  it('reaches as far as it can where an end of it occurs more than once', () => {
    const twice = Uint16Array.from([...text, ...text]);
    assert.deepEqual(partAround(twice, text.slice(100, 300), text.slice(300, 400)), [100, 900]);
  });
});
