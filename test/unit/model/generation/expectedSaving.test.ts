import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  bestCut,
  costOfWrong,
  expectedSaving,
  leastUsefulProbability,
  type CutPoint,
  type Reader,
  type TextKind,
} from '../../../../src/model/generation/expectedSaving';

const points = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 12 }), fc.double({ min: 0, max: 1, noNaN: true })), {
    minLength: 1,
    maxLength: 8,
  })
  .map((words) => {
    let length = 0;
    let probability = 1;
    return words.map(([keys, p]): CutPoint => {
      length += keys;
      probability *= p;
      return { length, keys: length, probability };
    });
  });

const readers = fc.record({
  cost: fc.double({ min: 0.1, max: 64, noNaN: true }),
  takesWords: fc.double({ min: 0, max: 1, noNaN: true }),
});

const KINDS = ['prose', 'code'] as const;

/** A user who takes words of a partly right suggestion. */
const reader = (eagerness: number, kind: TextKind = 'prose'): Reader => ({
  cost: costOfWrong(eagerness, kind),
  takesWords: 1,
});

describe('how much of a continuation to show', () => {
  it('a likely sentence is shown whole, and cut where confidence falls', () => {
    const cost = reader(0.5);
    const sure = [4, 9, 15].map((length) => ({ length, keys: length, probability: 0.95 }));
    assert.equal(bestCut(sure, cost)?.length, 15);
    const falling = [...sure, { length: 21, keys: 21, probability: 0.2 }];
    assert.equal(bestCut(falling, cost)?.length, 15);
  });

  it('an unlikely one is not shown, nor one that saves no key', () => {
    assert.equal(bestCut([{ length: 8, keys: 8, probability: 0.2 }], reader(0.5)), null);
    assert.equal(bestCut([{ length: 1, keys: 1, probability: 1 }], reader(0.5)), null);
  });

  it('eagerness moves the threshold from nearly certain to anything', () => {
    const half = [{ length: 10, keys: 10, probability: 0.5 }];
    assert.equal(bestCut(half, reader(0)), null);
    assert.equal(bestCut(half, reader(1))?.length, 10);
    const certain = [{ length: 10, keys: 10, probability: 0.97 }];
    assert.equal(bestCut(certain, reader(0))?.length, 10);
  });

  it('more eagerness never shows less', () => {
    const eagerness = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(points, eagerness, eagerness, fc.constantFrom(...KINDS), (list, a, b, kind) => {
        const [less, more] = a < b ? [a, b] : [b, a];
        assert.ok(costOfWrong(less, kind) >= costOfWrong(more, kind));
        assert.ok(bestCut(list, reader(less, kind)) === null || bestCut(list, reader(more, kind)) !== null);
      }),
    );
  });

  it('a wrong suggestion costs more in code, and an eagerness beyond the range what its end costs', () => {
    for (const eagerness of [0, 0.3, 0.5, 0.9]) {
      assert.ok(costOfWrong(eagerness, 'code') > costOfWrong(eagerness, 'prose'));
    }
    for (const kind of KINDS) {
      assert.equal(costOfWrong(-1, kind), costOfWrong(0, kind));
      assert.equal(costOfWrong(2, kind), costOfWrong(1, kind));
    }
  });

  it('what is shown saves the most keys, and the longest of equals is shown', () => {
    fc.assert(
      fc.property(points, readers, (list, someone) => {
        const cut = bestCut(list, someone);
        const savings = list.map((_, end) => expectedSaving(list, end, someone));
        if (cut === null) {
          assert.ok(savings.every((saving) => saving <= 0));
        } else {
          assert.equal(cut.savedKeys, Math.max(...savings));
          assert.equal(cut.length, list[savings.lastIndexOf(cut.savedKeys)].length);
        }
      }),
    );
    const equals = [5, 9].map((length) => ({ length, keys: 5, probability: 0.9 }));
    assert.equal(bestCut(equals, reader(0.5))?.length, 9);
  });

  it('a suggestion saves what is right of it, and costs a part of a wrong one where only its first word is taken', () => {
    const list = [
      { length: 9, keys: 9, probability: 0.8 },
      { length: 15, keys: 15, probability: 0.5 },
    ];
    const saved = 0.5 * 14 + 0.3 * (0.5 * (8 - 0.1 * 3) - 0.5 * 3) - 0.2 * 3;
    assert.ok(Math.abs(expectedSaving(list, 1, { cost: 3, takesWords: 0.5 }) - saved) < 1e-9);
  });

  it('the more rarely words are taken, the less is shown of what is right only in its first word', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(points, share, share, fc.double({ min: 0, max: 64, noNaN: true }), (list, a, b, cost) => {
        const length = (takesWords: number) => bestCut(list, { cost, takesWords })?.length ?? 0;
        assert.ok(length(Math.min(a, b)) <= length(Math.max(a, b)));
      }),
    );
    const likely = [
      { length: 9, keys: 9, probability: 0.8 },
      { length: 15, keys: 15, probability: 0.5 },
    ];
    const cut = (takesWords: number) =>
      bestCut(likely, { cost: costOfWrong(0.5, 'prose'), takesWords })?.length;
    assert.deepEqual([cut(1), cut(0)], [15, 9]);
  });

  it('nothing below the least useful probability is ever worth showing', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 60 }), readers, (keys, someone) => {
        const probability = 0.999 * leastUsefulProbability(keys, someone.cost);
        assert.equal(bestCut([{ length: keys, keys, probability }], someone), null);
      }),
    );
  });
});
