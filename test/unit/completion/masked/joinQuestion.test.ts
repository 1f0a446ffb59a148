import assert from 'node:assert/strict';
import fc from 'fast-check';
import { JOIN_WINDOW, joinRows } from '../../../../src/completion/masked/joinQuestion';
import type { MaskedVocabulary } from '../../../../src/completion/masked/maskedVocabulary';

/** Each character is a token, between 1 and 2. */
const characters: MaskedVocabulary = {
  size: 0x10000,
  maskId: 0,
  head: [1],
  tail: [2],
  encode: (text) => Array.from({ length: text.length }, (_, i) => text.charCodeAt(i)),
};
const textOf = (ids: ArrayLike<number>): string => String.fromCharCode(...Array.from(ids));

describe('how well insertions join, as a question', () => {
  it('judges the first tokens right of each insertion, within the text around it', () => {
    const rows = joinRows(characters, 'lit the ', ['lamp', 'stove'], ' at dusk tonight')!;
    assert.deepEqual(
      rows.map(({ ids }) => textOf(ids)),
      ['\u0001lit the lamp at dusk ton\u0002', '\u0001lit the stove at dusk ton\u0002'],
    );
    assert.deepEqual(
      rows.map(({ ids, judged }) => textOf(judged.map((place) => ids[place]))),
      [' at ', ' at '],
    );
  });

  it('leaves out a first token that the insertions do not share', () => {
    const joined: MaskedVocabulary = {
      ...characters,
      encode: (text) => Array.from(text.replaceAll('".', '☃'), (character) => character.charCodeAt(0)),
    };
    const rows = joinRows(joined, 'He said ', ['"no"', 'no'], '. Then')!;
    assert.deepEqual(
      rows.map(({ ids, judged }) => textOf(judged.map((place) => ids[place]))),
      [' The', ' The'],
    );
  });

  it('does not exist where nothing is shared', () => {
    const whole: MaskedVocabulary = { ...characters, encode: (text) => [text.length] };
    assert.equal(joinRows(whole, 'a', ['b', 'cd'], 'e'), null);
  });

  it('law: judges the same tokens in every row, right of the insertion, and never reads beyond the window', () => {
    // Without a size they would be of some ten characters, whatever the most is.
    const text = (maxLength: number) =>
      fc.string({ minLength: 1, maxLength, size: 'max', unit: fc.constantFrom('a', 'b', ' ') });
    const insertions = fc.array(fc.string({ minLength: 1, maxLength: 80 }), { minLength: 2, maxLength: 8 });
    fc.assert(
      fc.property(text(400), insertions, text(200), (left, texts, right) => {
        const rows = joinRows(characters, left, texts, right)!;
        const judged = rows.map((row) => textOf(row.judged.map((place) => row.ids[place])));
        assert.ok(judged.every((read) => read !== '' && read === judged[0] && right.startsWith(read)));
        rows.forEach(({ ids }, i) => {
          assert.ok(ids.length <= JOIN_WINDOW && ids[0] === 1 && ids.at(-1) === 2);
          assert.ok((left + texts[i] + right).includes(textOf(ids.slice(1, -1))));
        });
      }),
    );
  });
});
