import assert from 'node:assert/strict';
import fc from 'fast-check';
import { LastChosen } from '../../../src/editor/lastChosen';

describe('what is chosen while another is still being opened', () => {
  it('law: is the only one that is taken, or whose fault is told, whichever is there first', async () => {
    const opening = fc.record({ opens: fc.boolean(), order: fc.nat({ max: 5 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(opening, { minLength: 1, maxLength: 5 }), async (openings) => {
        const taken: number[] = [];
        const chosen = new LastChosen<number, number>((index) => taken.push(index));
        const settle: (() => void)[] = [];
        const results = openings.map(({ opens }, index) =>
          chosen.open(
            index,
            new Promise((resolve, reject) => {
              settle.push(() => {
                if (opens) resolve(index);
                else reject(new Error(`${index} is damaged.`));
              });
            }),
          ),
        );
        const settled = Promise.allSettled(results);
        assert.equal(chosen.opening?.choice, openings.length - 1);
        const byOrder = [...openings.keys()].sort((a, b) => openings[a].order - openings[b].order);
        for (const index of byOrder) {
          settle[index]();
          await Promise.resolve();
        }
        const last = openings.length - 1;
        const expected = openings.map(({ opens }, index) =>
          index < last ? false : opens || `${last} is damaged.`,
        );
        assert.deepEqual(
          (await settled).map((result) =>
            result.status === 'fulfilled' ? result.value : (result.reason as Error).message,
          ),
          expected,
        );
        assert.deepEqual(taken, openings[last].opens ? [last] : []);
        assert.equal(chosen.opening, null);
      }),
    );
  });
});
