import assert from 'node:assert/strict';
import fc from 'fast-check';
import { LastFatalFile } from '../../../src/editor/fatalFile';
import { MaskedModel } from '../../../src/editor/maskedModel';
import { StoredValues } from '../../support/storedValues';

describe('what is chosen while another is still being opened', () => {
  it('law: is the only one that is taken, or whose fault is told, whichever is there first', async () => {
    const opening = fc.record({ opens: fc.boolean(), order: fc.nat({ max: 5 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(opening, { minLength: 1, maxLength: 5 }), async (openings) => {
        const settle: (() => void)[] = [];
        const taken: (string | undefined)[] = [];
        const written: (string | null)[] = [];
        const model = new MaskedModel(
          {
            loadMasked: () =>
              new Promise((resolve, reject) => {
                const index = settle.length;
                settle.push(() => {
                  if (openings[index].opens) resolve({ kind: 'maskedLoaded', id: 0, description: '' });
                  else reject(new Error(`${index} is damaged.`));
                });
              }),
          },
          '',
          {
            isTrusted: () => true,
            configured: () => null,
            configure: (choice) => Promise.resolve(void written.push(choice)),
            shown: (sentence) => sentence,
            whileOpening: (_, work) => work,
            fatal: new LastFatalFile(new StoredValues(), 'fatal'),
          },
          () => taken.push(model.state?.choice),
        );
        const settled = Promise.allSettled(openings.map((_, index) => model.choose(`${index}`)));
        const byOrder = [...openings.keys()].sort((a, b) => openings[a].order - openings[b].order);
        for (const index of byOrder) {
          settle[index]();
          await new Promise(setImmediate);
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
        assert.deepEqual([taken, written], openings[last].opens ? [[`${last}`], [`${last}`]] : [[], []]);
        assert.equal(model.has(), openings[last].opens);
      }),
    );
  });
});
