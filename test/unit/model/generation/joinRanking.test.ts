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

  it('weighs each text by how it joins, against others that join as the judged ones typically do', () => {
    const ranked = rankByJoin(
      [stove, lamp],
      new Map([
        [' stove', ln(0.1)],
        [' lamp', ln(0.8)],
      ]),
    );
    const typical = ((0.6 * 0.1 ** 0.8 + 0.3 * 0.8 ** 0.8) / 0.9) ** (1 / 0.8);
    const [stoveGain, lampGain] = [0.12 * (0.1 / typical - 1), 0.06 * (0.8 / typical - 1)];
    const total = 1 + stoveGain + lampGain;
    const probabilities = probabilitiesOf(ranked);
    close(probabilities.get(' stove'), (0.6 + stoveGain) / total);
    close(probabilities.get(' lamp'), (0.3 + lampGain) / total);
  });

  it('prefers the text after which the rest can stand', () => {
    const other = continuation(['stove', 0.35]);
    const ranked = rankByJoin(
      [other, lamp],
      new Map([
        [' stove', -20],
        [' lamp', 0],
      ]),
    );
    const shown = (texts: readonly Continuation[]) =>
      chooseSuggestion(texts, { cost: 1, takesWords: 1 }).text;
    assert.deepEqual([shown([stove, lamp]), shown(ranked)], [' stove', ' lamp']);
  });

  it('counts for a text also what speaks for the longer ones that begin with it', () => {
    const [ranked] = rankByJoin(
      [continuation(['lamp', 0.3], ['oil', 0.8]), stove],
      new Map([
        [' lamp', -60],
        [' lamp oil', 0],
        [' stove', -60],
      ]),
    );
    const [lampOnly, lampOil] = ranked.points.map(({ probability }) => probability);
    assert.ok(lampOil > 0.4 && lampOnly >= lampOil, `${lampOnly} and ${lampOil}`);
  });

  it('leaves what was not judged in proportion', () => {
    const hill = continuation(['hill', 0.02], ['top', 0.5]);
    const probabilities = probabilitiesOf(
      rankByJoin(
        [stove, lamp, hill],
        new Map([
          [' stove', -50],
          [' lamp', 0],
        ]),
      ),
    );
    assert.ok(probabilities.get(' hill')! > 0 && probabilities.get(' hill')! < 0.02);
    close(probabilities.get(' hill top'), 0.8 * 0.5 * probabilities.get(' hill')!);
  });

  it('has the likeliest texts judged, each once', () => {
    const shared = [continuation(['the', 0.5], ['lamp', 0.5]), continuation(['the', 0.5], ['oil', 0.4])];
    assert.deepEqual(insertionsOf(shared), [' the', ' the lamp', ' the oil']);
    assert.deepEqual(insertionsOf([continuation(['lamp', 0.6], ['oil', 0.01])]), [' lamp']);
    const rising = Array.from({ length: 20 }, (_, i) => continuation([`w${i}`, 0.01 + i / 400]));
    const likeliest = rising.slice(-MOST_JUDGED).map(({ text }) => text);
    assert.deepEqual(insertionsOf(rising), likeliest.toReversed());
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

  it('law: no two are likelier together than certain, and no longer cut is likelier than a shorter one', () => {
    fc.assert(
      fc.property(tree, ({ continuations, logJoins }) => {
        const insertions = insertionsOf(continuations);
        fc.pre(insertions.length > 0);
        const ranked = rankByJoin(continuations, new Map(insertions.map((text, i) => [text, logJoins[i]])));
        const after = probabilitiesOf(ranked);
        assert.ok(after.get(' the')! + after.get(' a')! <= 1 + 1e-9);
        for (const { points } of ranked) {
          points.forEach(({ probability }, i) => {
            assert.ok(probability >= 0 && probability <= (points[i - 1]?.probability ?? 1) + 1e-9);
          });
        }
      }),
    );
  });

  it('law: where all texts join equally well, only how long insertions are makes a difference', () => {
    fc.assert(
      fc.property(tree, joins, ({ continuations }, join) => {
        const ranked = rankByJoin(
          continuations,
          new Map(insertionsOf(continuations).map((text) => [text, join])),
        );
        for (const [k, { points }] of ranked.entries()) {
          points.forEach(({ probability }, i) => {
            close(probability, continuations[k].points[i].probability * 0.8 ** i);
          });
        }
      }),
    );
  });
});
