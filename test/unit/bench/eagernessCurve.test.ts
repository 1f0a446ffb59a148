import assert from 'node:assert/strict';
import { eagernessCurve } from '../../../bench/quality/eagernessCurve';
import { savingPlot } from '../../../bench/quality/savingPlot';
import type { TypedPosition } from '../../../bench/quality/typedPositions';
import type { TypedText } from '../../../src/model/evaluate/typedStretches';

const file: TypedText = { name: 'a.md', text: 'The committee approved the annual budget.' };
const stretch = { file, from: 0, to: file.text.length };

/** One continuation of one word at one cursor. */
const offer = (offset: number, text: string, probability: number): TypedPosition => ({
  file,
  offset,
  continuations: [
    { text, points: [{ length: text.length, keys: text.length, probability }], stopReason: 'confidence' },
  ],
});

describe('curve of eagerness', () => {
  it('shows more with more eagerness, so that more is saved and more is wrong', async () => {
    const positions = [offer(3, ' committee', 0.7), offer(13, ' rejected', 0.5), offer(22, ' the', 0.3)];
    const curve = await eagernessCurve([stretch], positions, [0, 0.5, 1], {
      learns: { confidence: false, taking: false },
    });
    assert.deepEqual(
      curve.map(({ shown, acceptedWhole }) => [shown, acceptedWhole]),
      [
        [0, 0],
        [2, 1],
        [3, 2],
      ],
    );
    assert.equal(curve[1].wrongShownShare, 1 / 2);
    assert.ok(curve[2].savedShare > curve[1].savedShare);
  });

  it('corrects confidence by what became of earlier suggestions', async () => {
    const wrong = Array.from({ length: 12 }, (_, i) => offer(i, ' mistaken', 0.6));
    const confidence = async (learned: boolean) =>
      (await eagernessCurve([stretch], wrong, [1], { learns: { confidence: learned, taking: false } }))[0]
        .calibrationError;
    assert.ok((await confidence(true)) < (await confidence(false)));
  });

  it('learns that the user takes no single words, and stops showing guesses', async () => {
    const points = [
      { length: 10, keys: 10, probability: 0.7 },
      { length: 19, keys: 19, probability: 0.3 },
    ];
    const continuations = [{ text: ' committee rejected', points, stopReason: 'confidence' as const }];
    const text = 'The committee approved. '.repeat(30);
    const often = { name: 'a.md', text };
    const places = Array.from({ length: 30 }, (_, i) => ({ file: often, offset: 24 * i + 3, continuations }));
    const saved = async (takesWords: boolean, taking: boolean) => {
      const options = { takesWords, supposed: 1, learns: { confidence: false, taking } };
      const [point] = await eagernessCurve(
        [{ file: often, from: 0, to: text.length }],
        places,
        [0.5],
        options,
      );
      return point;
    };
    assert.equal((await saved(false, false)).savedShare, 0);
    assert.ok((await saved(false, true)).savedShare > 0.2);
    assert.deepEqual(await saved(true, true), await saved(true, false));
  });

  it('is drawn with one line per workspace and a filled dot at the default', async () => {
    const curve = await eagernessCurve([stretch], [offer(3, ' committee', 0.95)], [0, 0.5, 1]);
    const svg = savingPlot([{ workspace: 'notes & <letters>', curve }], 0.5);
    assert.equal(svg.match(/<polyline/g)?.length, 1);
    assert.equal(svg.match(/<circle[^>]*r="5"/g)?.length, 1);
    assert.match(svg, /notes &amp; &lt;letters>/);
    assert.doesNotMatch(svg, /NaN|undefined/);
  });
});
