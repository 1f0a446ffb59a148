import assert from 'node:assert/strict';
import fc from 'fast-check';
import { seededRandom } from '../../../../src/model/generation/seededRandom';
import { ContextCounts } from '../../../../src/model/mixture/contextCounts';
import { SCOPE_WEIGHTS, WorkspaceIndex } from '../../../../src/model/mixture/workspaceIndex';
import { countContinuations, fewTokens } from './naiveCounts';

const VOCAB = 5;
const uris = ['one/a', 'one/b', 'two/a'];

type Step =
  | { readonly learn: string; readonly tokens: number[]; readonly recent: boolean }
  | { readonly open: string | null }
  | { readonly write: number[] }
  | { readonly below: number[] };

/** Tokens of a text; only the mark before it is 0. */
const textOf = (maxLength: number): fc.Arbitrary<number[]> =>
  fewTokens(VOCAB - 1, maxLength).map((tokens) => tokens.map((tokenId) => tokenId + 1));
const histories = fc
  .tuple(fc.boolean(), textOf(3))
  .map(([atStart, tokens]) => (atStart || tokens.length === 0 ? [0, ...tokens] : tokens));

const steps = fc.array(
  fc.oneof(
    fc.record({ learn: fc.constantFrom(...uris), tokens: textOf(40), recent: fc.boolean() }),
    fc.record({ open: fc.option(fc.constantFrom(...uris)) }),
    fc.record({ write: textOf(20) }),
    fc.record({ below: textOf(20) }),
  ),
  { maxLength: 12 },
);

interface WeightedText {
  /** What a context may reach into; a file and the document begin with a mark, the text below the cursor does not. */
  readonly tokens: readonly number[];
  readonly weight: number;
}

/** The same index as plain lists: files by name, the open one, and what was written in it and below. */
class PlainWorkspace {
  private readonly files = new Map<string, { readonly tokens: number[]; readonly weight: number }>();
  private open: string | null = null;
  private written: number[] = [];
  private below: number[] = [];

  do(step: Step): void {
    if ('learn' in step) {
      this.files.delete(step.learn);
      if (step.tokens.length > 0) {
        this.files.set(step.learn, { tokens: step.tokens, weight: step.recent ? SCOPE_WEIGHTS.recent : 1 });
      }
    } else if ('open' in step) {
      this.open = step.open;
      this.written = [];
      this.below = [];
    } else if ('write' in step) {
      this.written.push(...step.write);
    } else {
      this.below = step.below;
    }
  }

  texts(sameFolder: number): WeightedText[] {
    const others = [...this.files]
      .filter(([uri]) => uri !== this.open)
      .map(([uri, { tokens, weight }]) => ({
        tokens: [0, ...tokens],
        weight: weight + (uri.slice(0, 4) === this.open?.slice(0, 4) ? sameFolder : 0),
      }));
    return [
      ...others,
      { tokens: [0, ...this.written], weight: SCOPE_WEIGHTS.document },
      { tokens: this.below, weight: SCOPE_WEIGHTS.document },
    ];
  }
}

function perform(workspace: WorkspaceIndex, step: Step): void {
  if ('learn' in step) {
    workspace.learnFile(step.learn, Int32Array.from(step.tokens), step.recent);
  } else if ('open' in step) {
    workspace.openDocument(step.open);
  } else if ('write' in step) {
    workspace.document.append(step.write);
  } else {
    workspace.document.setBelow(step.below);
  }
}

function weighted(
  texts: readonly WeightedText[],
  count: (tokens: readonly number[]) => Map<number, number>,
): number[] {
  const sums = new Array<number>(VOCAB).fill(0);
  for (const { tokens, weight } of texts) {
    for (const [tokenId, found] of count(tokens)) {
      sums[tokenId] += weight * found;
    }
  }
  return sums;
}

describe('WorkspaceIndex', () => {
  it('counts exactly what its files and the document hold, after any learning, forgetting, opening and writing', () => {
    fc.assert(
      fc.property(steps, histories, (performed, history) => {
        const workspace = new WorkspaceIndex(VOCAB, 0);
        const plain = new PlainWorkspace();
        for (const step of performed) {
          perform(workspace, step);
          plain.do(step);
          const counts = new ContextCounts(VOCAB, 0);
          workspace.addContinuations(counts, Uint16Array.from(history), history.length);
          counts.finish();
          // A text is followed by the end-of-text token only where another text or the end of the index comes after it.
          const expected = weighted(plain.texts(SCOPE_WEIGHTS.sameFolder), (tokens) =>
            countContinuations(tokens, history),
          );
          for (let tokenId = 1; tokenId < VOCAB; tokenId++) {
            assert.ok(Math.abs(counts.probability(tokenId) * counts.total - expected[tokenId]) < 1e-9);
          }
          const unigrams = weighted(
            plain.texts(0),
            (tokens) => new Map([1, 2, 3, 4].map((id) => [id, tokens.filter((t) => t === id).length])),
          );
          const total = unigrams.reduce((a, b) => a + b, VOCAB);
          for (let tokenId = 0; tokenId < VOCAB; tokenId++) {
            assert.ok(
              Math.abs(workspace.unigramProbability(tokenId) - (unigrams[tokenId] + 1) / total) < 1e-9,
            );
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('lets no context reach from one file into the next', () => {
    const workspace = new WorkspaceIndex(VOCAB, 0);
    workspace.learnFile('a', Int32Array.of(1, 2), false);
    workspace.learnFile('b', Int32Array.of(3, 4), false);
    const counts = new ContextCounts(VOCAB, 0);
    workspace.addContinuations(counts, Uint16Array.of(2), 1);
    counts.finish();
    assert.equal(counts.probability(3), 0);
    assert.equal(counts.probability(0), 1);
  });

  it('merges its segments, so that many small files cost little', () => {
    const workspace = new WorkspaceIndex(VOCAB, 0);
    for (let file = 0; file < 2000; file++) {
      workspace.learnFile(`file${file}`, Int32Array.of(1, 2, 3, 4, 1, 2), false);
      workspace.longestContext(Uint16Array.of(1), 1);
    }
    assert.ok(workspace.segmentCount < 16, `${workspace.segmentCount} segments`);
    assert.equal(workspace.tokenCount, 12_000);
  });

  it('keeps few indexes and no old text when many files of a large workspace change again and again', () => {
    const workspace = new WorkspaceIndex(64, 0);
    const random = seededRandom(1);
    const counts = new ContextCounts(64, 0);
    for (let version = 0; version < 6; version++) {
      for (let file = 0; file < 220; file++) {
        const tokens = Int32Array.from({ length: 3000 }, () => 1 + Math.floor(63 * random()));
        workspace.learnFile(`file${file}`, tokens, false);
        if (file % 20 === 0) {
          workspace.addContinuations(counts, Uint16Array.of(1), 1);
        }
      }
    }
    assert.ok(workspace.segmentCount < 8, `${workspace.segmentCount} indexes`);
  });

  it('has few more indexes than a fresh one, and counts exactly the same, once it is renewed after other branches', () => {
    const vocabSize = 64;
    const random = seededRandom(2);
    const text = () => Int32Array.from({ length: 3000 }, () => 1 + Math.floor((vocabSize - 1) * random()));
    const now = new Map<string, Int32Array>();
    const workspace = new WorkspaceIndex(vocabSize, 0);
    const learn = (file: number, recent = false): void => {
      const uri = `folder${file % 7}/file${file}`;
      const tokens = file % 11 === 0 && now.has(uri) ? new Int32Array() : text();
      now.delete(uri);
      if (tokens.length > 0) {
        now.set(uri, tokens);
      }
      workspace.learnFile(uri, tokens, recent);
    };
    const countsOf = (index: WorkspaceIndex, history: Uint16Array): number[] => {
      const counts = new ContextCounts(vocabSize, 0);
      index.addContinuations(counts, history, history.length);
      counts.finish();
      return [counts.total, ...Array.from({ length: vocabSize - 1 }, (_, id) => counts.probability(id + 1))];
    };
    for (let file = 0; file < 500; file++) {
      learn(file);
    }
    workspace.openDocument('folder3/file3');
    for (let change = 0; change < 300; change++) {
      learn(Math.floor(500 * random()));
      if (change % 10 === 0) {
        workspace.addContinuations(new ContextCounts(vocabSize, 0), Uint16Array.of(1), 1);
      }
    }
    const fresh = new WorkspaceIndex(vocabSize, 0);
    for (const [uri, tokens] of now) {
      fresh.learnFile(uri, tokens, false);
    }
    fresh.openDocument('folder3/file3');
    const histories = Array.from({ length: 200 }, (_, i) =>
      Uint16Array.from({ length: 1 + (i % 3) }, () => 1 + Math.floor((vocabSize - 1) * random())),
    );
    const expected = histories.map((history) => countsOf(fresh, history));
    const isSame = (): void => {
      assert.deepEqual(
        histories.map((history) => countsOf(workspace, history)),
        expected,
      );
    };
    isSame();
    const before = workspace.segmentCount;
    const { version } = workspace;
    while (workspace.renew()) {
      isSame();
    }
    assert.equal(workspace.version, version);
    const most = fresh.segmentCount + 4;
    assert.ok(before > 2 * most, `${before} indexes before, ${fresh.segmentCount} in a fresh one`);
    assert.ok(workspace.segmentCount <= most, `${workspace.segmentCount} indexes`);
    for (const uri of now.keys()) {
      workspace.learnFile(uri, new Int32Array(), false);
    }
    assert.equal(countsOf(workspace, Uint16Array.of(1))[0], 0);
  });

  it('is renewed in any state to the same counts', () => {
    fc.assert(
      fc.property(steps, histories, (performed, history) => {
        const [renewed, plain] = [new WorkspaceIndex(VOCAB, 0), new WorkspaceIndex(VOCAB, 0)];
        for (const step of performed) {
          perform(renewed, step);
          perform(plain, step);
          while (renewed.renew());
          const [a, b] = [renewed, plain].map((workspace) => {
            const counts = new ContextCounts(VOCAB, 0);
            workspace.addContinuations(counts, Uint16Array.from(history), history.length);
            counts.finish();
            return [counts.total, ...[1, 2, 3, 4].map((id) => counts.probability(id))];
          });
          assert.deepEqual(a, b);
        }
      }),
    );
  });

  it('still counts a file as one of the document’s folder once it is saved, where not all of that folder have room', () => {
    const workspace = new WorkspaceIndex(64, 0);
    const chapter = Int32Array.from({ length: 30_000 }, (_, i) => 3 + (i % 60));
    workspace.learnFile('one/notes', Int32Array.of(1, 2), false);
    for (let i = 0; i < 6; i++) {
      workspace.learnFile(`one/chapter${i}`, chapter, false);
    }
    workspace.openDocument('one/new');
    const counted = (): number => {
      const counts = new ContextCounts(64, 0);
      workspace.addContinuations(counts, Uint16Array.of(1), 1);
      counts.finish();
      return counts.total;
    };
    assert.equal(counted(), 1 + SCOPE_WEIGHTS.sameFolder);
    // Behind four chapters it would have no room.
    workspace.learnFile('one/notes', Int32Array.from([1, 2, ...chapter.slice(0, 20_000)]), true);
    assert.equal(counted(), SCOPE_WEIGHTS.recent + SCOPE_WEIGHTS.sameFolder);
  });

  it('sets no more of a long open file aside than the document holds of it, until that is learned anew or another is opened', () => {
    const many = 200;
    const text = (seed: number, length: number) => {
      const random = seededRandom(seed);
      return Array.from({ length }, () => 1 + Math.floor((many - 1) * random()));
    };
    const file = text(1, 600);
    const other = text(2, 50);
    const workspace = new WorkspaceIndex(many, 0);
    const counted = (history: readonly number[]) => {
      const counts = new ContextCounts(many, 0);
      workspace.addContinuations(counts, Uint16Array.from(history), history.length);
      counts.finish();
      return Array.from({ length: many }, (_, id) => (id === 0 ? 0 : counts.probability(id) * counts.total));
    };
    const check = (texts: readonly WeightedText[]) => {
      for (let at = 0; at < 600; at += 3) {
        const history = file.slice(at, at + 1 + (at % 2));
        const expected = new Array<number>(many).fill(0);
        for (const { tokens, weight } of texts) {
          for (const [tokenId, found] of countContinuations(tokens, history)) {
            expected[tokenId] += tokenId === 0 ? 0 : weight * found;
          }
        }
        counted(history).forEach((count, id) => {
          assert.ok(Math.abs(count - expected[id]) < 1e-9, `${count} and not ${expected[id]} of ${id}`);
        });
      }
    };
    const unigram = (tokenId: number) => workspace.unigramProbability(tokenId);
    workspace.learnFile('one/long', Int32Array.from(file), false);
    workspace.learnFile('two/other', Int32Array.from(other), false);
    const before = unigram(file[0]);

    const open = (from: number, cursor: number, to: number) => {
      workspace.document.clear();
      workspace.document.append(file.slice(from, cursor));
      workspace.document.setBelow(file.slice(cursor, to));
    };
    const texts = (from: number, cursor: number, to: number): WeightedText[] => [
      { tokens: [0, ...file], weight: 1 },
      { tokens: from === 0 ? [0, ...file.slice(from, to)] : file.slice(from, to), weight: -1 },
      { tokens: [0, ...file.slice(0, from)], weight: SCOPE_WEIGHTS.sameFolder },
      { tokens: [0, ...file.slice(to)], weight: SCOPE_WEIGHTS.sameFolder },
      { tokens: [0, ...other], weight: 1 },
      { tokens: [0, ...file.slice(from, cursor)], weight: SCOPE_WEIGHTS.document },
      { tokens: file.slice(cursor, to), weight: SCOPE_WEIGHTS.document },
    ];
    workspace.openDocument('one/long');
    open(200, 300, 400);
    assert.equal(workspace.narrowOpenFile(), true);
    check(texts(200, 300, 400));
    assert.equal(workspace.narrowOpenFile(), false);

    // What stands below may become known later.
    open(0, 300, 300);
    assert.equal(workspace.narrowOpenFile(), true);
    open(0, 300, 420);
    assert.equal(workspace.narrowOpenFile(), true);
    check(texts(0, 300, 420));

    workspace.learnFile('one/long', Int32Array.from(file), false);
    check(
      texts(0, 300, 420)
        .map((part, i) => (i === 1 ? { ...part, tokens: [0, ...file] } : part))
        .filter((_, i) => i !== 2 && i !== 3),
    );
    assert.equal(workspace.narrowOpenFile(), true);
    check(texts(0, 300, 420));

    workspace.openDocument('two/other');
    workspace.openDocument(null);
    assert.equal(unigram(file[0]), before);
    check([
      { tokens: [0, ...file], weight: 1 },
      { tokens: [0, ...other], weight: 1 },
    ]);
    workspace.openDocument('one/long');
    open(200, 300, 400);
    workspace.narrowOpenFile();
    workspace.learnFile('one/long', new Int32Array(), false);
    workspace.openDocument(null);
    check([{ tokens: [0, ...other], weight: 1 }]);
    assert.equal(unigram(0), 1 / (other.length + many));
  });
});
