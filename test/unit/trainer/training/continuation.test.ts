import assert from 'node:assert/strict';
import { BatchStream, type DocumentTokens } from '../../../../src/trainer/data/batchStream';
import { learnedDigests, learnedTest, planContinuation } from '../../../../src/trainer/training/continuation';

/** Documents of numbers that occur only once. */
const document = (length: number, from: number): DocumentTokens =>
  Uint16Array.from({ length }, (_, i) => (i === 0 ? 0 : from + i));
const whole = (documents: readonly DocumentTokens[]) =>
  documents.map(({ length }, i) => ({ document: i, from: 1, to: length }));
const options = { batchSize: 4, unrollSteps: 8, seed: 1 };

describe('A training that goes on from an earlier model', () => {
  const old = [document(4001, 0), document(4001, 5000), document(4001, 10_000)];
  const learned = learnedDigests(old, whole(old), '');

  it('finds the files that are new or have changed', () => {
    const edited = Uint16Array.from(old[1]);
    edited[2000] = 1;
    const { changedFiles, passTokens } = planContinuation(
      [old[0], edited, document(301, 20_000), old[2]],
      learned,
      600,
    );
    assert.equal(changedFiles, 2);
    const changedTokens = 0.7 * passTokens;
    assert.ok(changedTokens >= 300 && changedTokens < 300 + 4000);
  });

  it('reads mostly what has changed, and a share of what it knows', () => {
    const documents = [...old, document(801, 20_000)];
    const { weightOf } = planContinuation(documents, learned, 600);
    const stream = new BatchStream(documents, { ...options, weightOf: weightOf! });
    let changed = 0;
    let total = 0;
    for (let i = 0; i < 2000; i++) {
      const { targets, mask } = stream.next();
      for (const [k, target] of targets.entries()) {
        total += mask[k];
        changed += target > 20_000 ? mask[k] : 0;
      }
    }
    const share = changed / total;
    assert.ok(share > 0.6 && share < 0.8, `70 % of the tokens read are new ones, not ${share}`);
  });

  it('takes the time that the change needs, at least a tenth of that for all', () => {
    const seconds = (tokens: number) =>
      planContinuation([...old, document(tokens + 1, 20_000)], learned, 600).seconds;
    assert.equal(seconds(100), 60);
    assert.ok(Math.abs(seconds(3000) - (600 * 3000) / 0.7 / 15_000) < 1);
    assert.equal(seconds(40_000), 600);
  });

  it('reads everything alike, for the whole time, when nothing has changed or everything has', () => {
    for (const documents of [old, [document(900, 30_000)]]) {
      const { weightOf, seconds } = planContinuation(documents, learned, 600);
      assert.deepEqual([weightOf, seconds], [undefined, 600]);
    }
    assert.equal(planContinuation(old, learned, 600).changedFiles, 0);
  });

  it('counts as read only what was, and forgets what is there no more', () => {
    const [first, second] = old;
    const half = learnedDigests([first, second], [{ document: 0, from: 1, to: first.length }], '');
    const changedTokens = (learned: string) =>
      0.7 * planContinuation([first, second], learned, 600).passTokens;
    assert.equal(Math.round(changedTokens(half)), second.length - 1);
    const later = learnedDigests([second], whole([second]), half);
    assert.equal(Math.round(changedTokens(later)), first.length - 1);
  });

  it('counts as read what the earlier model had read, too, although it read mostly what had changed since', () => {
    const documents = [...old, document(801, 20_000)];
    const both = learnedDigests(documents, [{ document: 3, from: 1, to: 801 }], learned);
    assert.equal(planContinuation(documents, both, 600).changedFiles, 0);
  });

  it('takes a text for read where most of it was, and none where nothing is known', () => {
    const [first, second] = old;
    const joined = (a: DocumentTokens, b: DocumentTokens) => Uint16Array.of(...a, ...b.subarray(1));
    const isLearned = learnedTest(learnedDigests([first], whole([first]), ''));
    assert.equal(isLearned(first), true);
    assert.equal(isLearned(second), false);
    assert.equal(isLearned(joined(first, second.subarray(0, 2000))), true);
    assert.equal(isLearned(joined(first, joined(second, document(801, 20_000)))), false);
    assert.equal(learnedTest('')(Uint16Array.of(0)), false);
  });
});

describe('What a batch stream tells that it has read', () => {
  it('is nothing but what it handed out, and all of it after an epoch', () => {
    const documents = [document(700, 0), document(90, 1000)];
    const stream = new BatchStream(documents, options);
    const seen = new Set<number>();
    while (stream.epochs < 2) {
      for (const target of stream.next().targets) {
        seen.add(target);
      }
      const read = stream
        .readUntil(stream.position())
        .flatMap(({ document: i, from, to }) => [...documents[i].subarray(from, to)]);
      assert.ok([...seen].every((target) => target === 0 || read.includes(target)));
      assert.equal(new Set(read).size, read.length);
      assert.ok(read.every((target) => target === 0 || seen.has(target)));
    }
    assert.equal(
      stream.readUntil(stream.position()).reduce((sum, { from, to }) => sum + to - from, 0),
      699 + 89,
    );
  });

  it('is the same after it was resumed', () => {
    const documents = [document(2000, 0), document(900, 3000)];
    const stream = new BatchStream(documents, options);
    for (let i = 0; i < 20; i++) {
      stream.next();
    }
    const resumed = new BatchStream(documents, options);
    resumed.restore(stream.position());
    assert.deepEqual(resumed.readUntil(stream.position()), stream.readUntil(stream.position()));
  });
});
