import assert from 'node:assert/strict';
import fc from 'fast-check';
import { sampleStretches } from '../../../../src/model/evaluate/typedStretches';
import { processorSeconds } from '../../../support/processorSeconds';

/** Always draws the first of what is left, so that the sample is the beginning. */
const first = () => 0;

function sample(text: string, characters = Infinity, random: () => number = first): string[] {
  return sampleStretches([{ name: 'a.md', text }], characters, random).map(({ from, to }) =>
    text.slice(from, to),
  );
}

describe('stretches for the simulated user', () => {
  it('are lines without indentation, trailing spaces and blank lines', () => {
    assert.deepEqual(sample('# One\r\n\r\n    two words  \n\t\nthree'), ['# One', 'two words', 'three']);
  });

  it('are found at once beside a long run of spaces', async () => {
    const seconds = await processorSeconds(() => {
      assert.deepEqual(sample(`one${' '.repeat(60_000)}\n${' '.repeat(60_000)}two`), ['one', 'two']);
    });
    assert.ok(seconds < 1, `${seconds} s`);
  });

  it('cut long lines at the start of a word', () => {
    const line = `${'word '.repeat(100)}end`;
    const parts = sample(line);
    assert.ok(parts.length > 2);
    assert.ok(parts.every((part) => /^(word |end)/.test(part)));
    assert.equal(parts.join(''), line);
  });

  it('never cut a character in two', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('😀', '𐀀', '中'), minLength: 100, maxLength: 400 }),
        (text) => {
          const parts = sample(text);
          assert.equal(parts.join(''), text);
          assert.ok(parts.every((part) => !/\p{Surrogate}/u.test(part)));
        },
      ),
    );
  });

  it('stop once enough characters are found, in the order of the text', () => {
    const text = 'aaaa\nbbbb\ncccc\ndddd';
    assert.deepEqual(sample(text, 8), ['aaaa', 'bbbb']);
    const last = () => 0.999;
    assert.deepEqual(sample(text, 8, last).length, 2);
    assert.deepEqual(sample(text, 8, last), sample(text, 8, last).toSorted());
    assert.ok(sample(text, 8, last).includes('dddd'));
  });
});
