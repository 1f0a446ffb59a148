import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DocumentIndex } from '../../../../src/model/mixture/documentIndex';
import { SORT_DEPTH, sortSuffixes } from '../../../../src/model/mixture/suffixSort';
import { TextIndex } from '../../../../src/model/mixture/textIndex';
import { countContinuations, fewTokens } from './naiveCounts';
import { processorSeconds } from '../../../support/processorSeconds';

const VOCAB = 5;

function continuationsOf(
  index: Pick<TextIndex, 'continuations'>,
  history: readonly number[],
  length: number,
): Map<number, number> {
  const found = new Map<number, number>();
  index.continuations(Uint16Array.from(history), length, (tokenId, count) => {
    found.set(tokenId, (found.get(tokenId) ?? 0) + count);
  });
  return found;
}

describe('sortSuffixes', () => {
  it('orders all positions by what follows them, up to the depth', () => {
    fc.assert(
      fc.property(fewTokens(VOCAB, 200), (values) => {
        const tokens = Uint16Array.from(values);
        const order = sortSuffixes(tokens, new Uint32Array(VOCAB + 1));
        assert.deepEqual(
          [...order].sort((a, b) => a - b),
          [...tokens.keys()],
        );
        const key = (position: number): string =>
          String.fromCharCode(...tokens.subarray(position, position + SORT_DEPTH));
        for (let i = 1; i < order.length; i++) {
          assert.ok(key(order[i - 1]) <= key(order[i]));
        }
      }),
    );
  });

  it('stays quick on a text that repeats one token', async () => {
    const tokens = new Uint16Array(200_000).fill(3);
    const seconds = await processorSeconds(() => sortSuffixes(tokens, new Uint32Array(VOCAB + 1)));
    assert.ok(seconds < 2, `${seconds} s`);
  });
});

describe('TextIndex', () => {
  it('counts what follows a context as reading the text does', () => {
    fc.assert(
      fc.property(fewTokens(VOCAB, 150), fewTokens(VOCAB, 8), (text, history) => {
        fc.pre(history.length > 0);
        const index = new TextIndex(Uint16Array.from(text), VOCAB);
        for (let length = 1; length <= history.length; length++) {
          const context = history.slice(-length);
          const expected = countContinuations(text, context);
          assert.deepEqual(continuationsOf(index, history, length), expected);
          assert.equal(index.has(Uint16Array.from(history), length), expected.size > 0);
        }
      }),
    );
  });
});

describe('DocumentIndex', () => {
  it('counts as reading the text does, however it grew and shrank', () => {
    const edits = fc.array(
      fc.oneof(
        fc.record({ add: fewTokens(VOCAB, 900) }),
        fc.record({ keep: fc.double({ min: 0, max: 1, noNaN: true }) }),
      ),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(edits, fewTokens(VOCAB, 4), (changes, history) => {
        fc.pre(history.length > 0);
        const document = new DocumentIndex(VOCAB, 0);
        let text: number[] = [];
        for (const change of changes) {
          if ('add' in change) {
            document.append(change.add);
            text = [...text, ...change.add];
          } else {
            text = text.slice(0, Math.floor(change.keep * text.length));
            document.truncate(text.length);
          }
          assert.deepEqual(
            continuationsOf(document, history, history.length),
            countContinuations([0, ...text], history),
          );
        }
        assert.equal(document.length, text.length);
        for (let tokenId = 0; tokenId < VOCAB; tokenId++) {
          const count = text.filter((other) => other === tokenId).length;
          assert.equal(document.tokenCounts.counts[tokenId], count);
        }
      }),
      { numRuns: 50 },
    );
  });
});
