import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { RemoteExpert, type Question, type RemoteState } from '../../../../src/completion/half/remoteExpert';

const VOCAB = 5;
/** Predicts the sum of the tokens read, and records what it was asked. */
function summing(window: number, vocabSize = VOCAB) {
  const asked: { tokens: number[]; after: readonly number[] }[] = [];
  const source = {
    ask: (questions: readonly Question[]) => {
      asked.push(...questions.map(({ tokens, after }) => ({ tokens: Array.from(tokens), after })));
      return Promise.resolve(
        questions.map(({ tokens, after }) =>
          after.map((count) =>
            Float32Array.of(
              tokens.subarray(0, count).reduce((a, b) => a + b, 0),
              0,
              0,
              0,
              0,
            ),
          ),
        ),
      );
    },
    dispose: () => undefined,
  };
  const expert = new RemoteExpert(source, { vocabSize, window, firstTokenId: 0 });
  return { asked, expert };
}
const read = (expert: RemoteExpert, tokens: readonly number[], from = expert.start()): RemoteState[] => {
  const states = [from];
  for (const token of tokens) {
    states.push(expert.next(states[states.length - 1], token));
  }
  return states;
};

describe('a language model in another process', () => {
  it('is asked once about all places of one line, and once about each other line', async () => {
    const { asked, expert } = summing(100);
    const line = read(expert, [1, 2, 3]);
    const branch = expert.next(line[1], 4);
    await expert.readiness.prepare([line[1], line[3], branch, line[2]]);
    assert.deepEqual(asked, [
      { tokens: [0, 1, 2, 3], after: [2, 3, 4] },
      { tokens: [0, 1, 4], after: [3] },
    ]);
    const probs = new Float32Array(VOCAB);
    expert.predict(branch, probs);
    assert.equal(probs[0], 5);
  });

  it('is not asked again about what it has answered, or is being asked', async () => {
    const { asked, expert } = summing(100);
    const [, , last] = read(expert, [1, 2]);
    await Promise.all([expert.readiness.prepare([last]), expert.readiness.prepare([last])]);
    await expert.readiness.prepare([last]);
    assert.equal(asked.length, 1);
  });

  it('is waited for, also by a second who asks meanwhile, and asked again where it had no answer', async () => {
    const waiting: ((answer: Float32Array | null) => void)[] = [];
    const source = {
      ask: async () => [[await new Promise<Float32Array | null>((resolve) => waiting.push(resolve))]],
      dispose: () => undefined,
    };
    const expert = new RemoteExpert(source, { vocabSize: VOCAB, window: 9, firstTokenId: 0 });
    const state = expert.next(expert.start(), 1);
    let settled = 0;
    const prepare = () => expert.readiness.prepare([state]).then(() => settled++);
    const askers = [prepare(), prepare()];
    await setImmediate();
    assert.deepEqual([settled, waiting.length], [0, 1]);
    waiting[0](null);
    await Promise.all(askers);
    assert.equal(expert.readiness.isReady(state), false);
    const again = prepare();
    waiting[1](new Float32Array(VOCAB));
    await again;
    assert.equal(expert.readiness.isReady(state), true);
  });

  it('is told of the mark before every text once, also where the text begins with that', async () => {
    const { asked, expert } = summing(100);
    await expert.readiness.prepare([read(expert, [0, 1, 0])[3]]);
    assert.deepEqual(asked, [{ tokens: [0, 1, 0], after: [3] }]);
  });

  it('keeps all answers to one request, even those known before and those beyond its usual limit', async () => {
    const { expert } = summing(100, 2 ** 23);
    const line = read(expert, [1, 2, 3, 4]);
    await expert.readiness.prepare([line[1]]);
    await expert.readiness.prepare(line);
    assert.ok(line.every((state) => expert.readiness.isReady(state)));
    await expert.readiness.prepare(read(expert, [4, 3, 2], line[0]).slice(1));
    assert.ok(!expert.readiness.isReady(line[2]), 'and lets go of it later');
  });

  it('law: reads the latest tokens, never more than its window, from a start that seldom moves', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 12 }),
        fc.integer({ min: 1, max: 60 }),
        async (window, length) => {
          const { asked, expert } = summing(window);
          const states = read(
            expert,
            Array.from({ length }, (_, i) => (i % 4) + 1),
          );
          await expert.readiness.prepare(states);
          const all = [0, ...Array.from({ length }, (_, i) => (i % 4) + 1)];
          assert.equal(asked.flatMap(({ after }) => after).length, states.length);
          for (const { tokens } of asked) {
            assert.ok(tokens.length >= 1 && tokens.length <= window);
          }
          const longest = asked[0].tokens;
          assert.deepEqual(longest, all.slice(all.length - longest.length));
          assert.ok(asked.length <= Math.ceil(states.length / (window >> 1)) + 1);
        },
      ),
    );
  });
});
