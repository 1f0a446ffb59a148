import assert from 'node:assert/strict';
import fc from 'fast-check';
import { insertionsOf, MOST_JUDGED, rankByJoin } from '../../../../src/model/generation/joinRanking';
import { chooseSuggestion, type Continuation } from '../../../../src/model/generation/suggestionSearch';

/** A continuation of words, each given the ones before it with a probability. */
function continuation(...words: readonly (readonly [word: string, probability: number])[]): Continuation {
  let text = '';
  let probability = 1;
  const points = words.map(([word, given]) => {
    text += ` ${word}`;
    probability *= given;
    return { length: text.length, keys: text.length, probability };
  });
  return { text, points, stopReason: 'confidence' };
}
const probabilitiesOf = (continuations: readonly Continuation[]): Map<string, number> =>
  new Map(
    continuations.flatMap(({ text, points }) =>
      points.map(({ length, probability }) => [text.slice(0, length), probability] as const),
    ),
  );
const close = (actual: number | undefined, expected: number): void => {
  assert.ok(Math.abs(actual! - expected) < 1e-9, `${actual} instead of ${expected}`);
};
const ln = Math.log;

describe('ranking by how well text joins what stands right of the cursor', () => {
  const stove = continuation(['stove', 0.6]);
  const lamp = continuation(['lamp', 0.3]);

  it('multiplies each probability by that of the text that follows, and distributes the same total', () => {
    const ranked = rankByJoin(
      [stove, lamp],
      new Map([
        [' stove', ln(0.1)],
        [' lamp', ln(0.8)],
      ]),
    );
    const probabilities = probabilitiesOf(ranked);
    close(probabilities.get(' stove'), (0.9 * 0.06) / 0.3);
    close(probabilities.get(' lamp'), (0.9 * 0.24) / 0.3);
    assert.deepEqual(
      [
        chooseSuggestion([stove, lamp], { cost: 1, takesWords: 1 }).text,
        chooseSuggestion(ranked, { cost: 1, takesWords: 1 }).text,
      ],
      [' stove', ' lamp'],
    );
  });

  it('ends a suggestion at the word after which the text goes on best', () => {
    const oil = continuation(['lamp', 0.8], ['oil', 0.9]);
    const [ranked] = rankByJoin(
      [oil],
      new Map([
        [' lamp', ln(0.9)],
        [' lamp oil', ln(0.001)],
      ]),
    );
    close(ranked.points[0].probability, 0.8);
    assert.ok(ranked.points[1].probability < 0.01);
    assert.equal(chooseSuggestion([oil], { cost: 1, takesWords: 1 }).text, ' lamp oil');
    assert.equal(chooseSuggestion([ranked], { cost: 1, takesWords: 1 }).text, ' lamp');
  });

  it('leaves what was not judged as it is', () => {
    const hill = continuation(['hill', 0.02], ['top', 0.5]);
    const ranked = rankByJoin(
      [stove, lamp, hill],
      new Map([
        [' stove', -50],
        [' lamp', 0],
      ]),
    );
    const probabilities = probabilitiesOf(ranked);
    close(probabilities.get(' lamp'), 0.9);
    close(probabilities.get(' hill'), 0.02);
    close(probabilities.get(' hill top'), 0.01);
  });

  it('has each text judged once, and none where a suggestion hardly ever ends', () => {
    const shared = [continuation(['the', 0.5], ['lamp', 0.5]), continuation(['the', 0.5], ['oil', 0.4])];
    assert.deepEqual(insertionsOf(shared), [' the lamp', ' the oil', ' the']);
    const certain = continuation(['lamp', 0.6], ['at', 0.999], ['dusk', 0.999]);
    assert.deepEqual(insertionsOf([certain]), [' lamp at dusk']);
    const many = [continuation(...Array.from({ length: 20 }, (_, i) => [`w${i}`, 0.9] as const))];
    assert.equal(insertionsOf(many).length, MOST_JUDGED);
  });

  const joins = fc.double({ min: -60, max: 0, noNaN: true });
  const share = fc.double({ min: 0.01, max: 1, noNaN: true });
  /** Two continuations that begin alike, and one that does not. */
  const tree = fc.record({
    continuations: fc
      .tuple(share, share, share, share, share)
      .map(([a, b, c, d, e]) => [
        continuation(['the', a * 0.6], ['lamp', b * 0.5], ['oil', c]),
        continuation(['the', a * 0.6], ['stove', d * 0.5]),
        continuation(['a', e * 0.4]),
      ]),
    logJoins: fc.array(joins, { minLength: 5, maxLength: 5 }),
  });

  it('law: the total stays, and no longer cut is likelier than a shorter one', () => {
    fc.assert(
      fc.property(tree, ({ continuations, logJoins }) => {
        const insertions = insertionsOf(continuations);
        fc.pre(insertions.length > 0);
        const ranked = rankByJoin(continuations, new Map(insertions.map((text, i) => [text, logJoins[i]])));
        const [before, after] = [continuations, ranked].map((list) => probabilitiesOf(list));
        close(after.get(' the')! + after.get(' a')!, before.get(' the')! + before.get(' a')!);
        assert.ok(after.get(' the')! >= after.get(' the lamp')! + after.get(' the stove')! - 1e-9);
        for (const { points } of ranked) {
          points.forEach(({ probability }, i) => {
            assert.ok(probability >= 0 && probability <= (points[i - 1]?.probability ?? 1) + 1e-9);
          });
        }
      }),
    );
  });

  it('law: a text that all continuations join equally well changes nothing', () => {
    fc.assert(
      fc.property(tree, joins, ({ continuations }, join) => {
        const ranked = rankByJoin(
          continuations,
          new Map(insertionsOf(continuations).map((text) => [text, join])),
        );
        const before = probabilitiesOf(continuations);
        for (const [text, probability] of probabilitiesOf(ranked)) {
          close(probability, before.get(text)!);
        }
      }),
    );
  });
});
