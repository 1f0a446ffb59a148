import assert from 'node:assert/strict';
import fc from 'fast-check';
import { HealedStart, lastWordOf } from '../../../../src/model/generation/healedStart';
import { CountingMixture } from '../../../support/countingMixture';
import { readTail } from '../../../support/readTail';
import { shippedTokenizer as tokenizer } from '../../../support/shippedTokenizer';

const LESSON = [
  'She said hello to the understudy, and the understudy understood a different part. ',
  "They don't stop; we didn't either.\n\nA new paragraph: understanding grows.\n",
  '我们学习中文，他们学习数学。组件状态更新。\n',
  'const understudy = require("understudy");\n    return understudy.start();\n',
].join('');
const model = new CountingMixture(tokenizer.vocabSize, [tokenizer.encode(LESSON.repeat(3))]);
const start = (text: string) => new HealedStart(model, tokenizer, readTail(model, tokenizer, text));
const pieces = (text: string) => Array.from(tokenizer.encode(text), (id) => tokenizer.decode([id]));
const newText = (healed: HealedStart, index = 0) => {
  const [{ candidate }] = healed.mostLikely(index + 1).slice(index);
  return new TextDecoder().decode(healed.newBytes(candidate));
};

describe('token healing at the cursor', () => {
  it('finishes a half-typed word whose tokens are not those of the whole word', () => {
    const typed = pieces(' hell');
    const whole = pieces(' hello');
    assert.deepEqual(
      [typed, whole],
      [
        [' he', 'll'],
        [' hel', 'lo'],
      ],
    );
    assert.equal(newText(start('She said hell')), 'o');
  });

  it('finds the whole word behind a space that was typed', () => {
    assert.equal(newText(start('hello to the ')), 'under');
  });

  it('finds a second line break after a first', () => {
    assert.equal(newText(start("They don't stop; we didn't either.\n")), '\n');
  });

  it("finds the rest of a word with an apostrophe, which joins its word's piece", () => {
    assert.equal(newText(start("They don'")), 't');
  });

  it('finds the word after tabs, spaces or a backslash, which are other tokens before a letter', () => {
    const lessons = [
      ['\tif x {\n\t\t', 'return'],
      ['列表\n  ', '我们'],
      ['We have \\', 'alpha'],
      ['We have  \\', 'alpha'],
    ];
    const text = '\tif x {\n\t\treturn y\n\t}\n列表\n  我们\nWe have \\alpha,\nWe have  \\alpha.\n';
    const counting = new CountingMixture(tokenizer.vocabSize, [tokenizer.encode(text.repeat(3))]);
    for (const [typed, next] of lessons) {
      const tail = readTail(counting, tokenizer, typed);
      const healed = new HealedStart(counting, tokenizer, tail);
      assert.equal(newText(healed), next);
      assert.equal(
        healed.candidates.filter(({ tokenId }) => tokenId === tokenizer.endOfTextId).length,
        1,
        'the text may end in one way alone',
      );
    }
  });

  it('goes back over more than one token', () => {
    const healed = start('She said hello to the understud');
    const taken = healed.branches.map(({ rest }) => rest.length);
    assert.ok(Math.max(...taken) > 1 && taken.includes(0));
    assert.equal(newText(healed), 'y');
  });

  it('covers ends of Chinese words', () => {
    assert.match(newText(start('我们学习中文，他们学')), /^习/);
  });

  it('covers ends of Chinese words also where the tail of a long line starts inside a character', () => {
    const [, ...cut] = tokenizer.encode('灯');
    assert.ok(cut.length > 0);
    const whole = readTail(model, tokenizer, '灯我们学习中文，他们学');
    const healed = new HealedStart(model, tokenizer, {
      tokens: Array.from(whole.tokens).slice(1),
      states: whole.states.slice(1),
      predictAfter: (count) => whole.predictAfter(count + 1),
      prepare: () => undefined,
    });
    assert.match(newText(healed), /^习/);
    assert.ok(healed.branches.length > 1);
  });

  it('reproduces what was typed exactly, in the tokens the whole text has', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: LESSON.length }), (end) => {
        const typed = LESSON.slice(0, end);
        const tail = readTail(model, tokenizer, typed);
        const healed = new HealedStart(model, tokenizer, tail);
        const typedBytes = new TextEncoder().encode(typed);
        for (const { candidate } of healed.mostLikely(5)) {
          const bytes = Buffer.concat([typedBytes, healed.newBytes(candidate)]);
          const path = [...candidate.branch.tokens, candidate.tokenId];
          assert.ok(
            bytes.toString('latin1').endsWith(Buffer.from(tokenizer.decodeBytes(path)).toString('latin1')),
          );
          const text = bytes.toString('utf8');
          if (!text.endsWith('\ufffd') && candidate.tokenId !== tokenizer.endOfTextId) {
            assert.deepEqual(Array.from(tokenizer.encode(text)).slice(-path.length), path);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  describe('in a text of many kinds', () => {
    const text = [
      "\\ref{lemma} by  \\alpha, Fig.\\ 3 \\\\\n\tif (x) {\n\t\treturn;\n\n  don't; l’été\u202f!\n",
      '学习数学。“走吧”2024年 Привет שלום हिन्दी 한국어 👩‍👩‍👧 e\u0301\n',
    ].join('');
    const mixed = new CountingMixture(tokenizer.vocabSize, [tokenizer.encode(text.repeat(3))]);
    const whole = Array.from(tokenizer.encode(text));
    const places = Array.from(text.matchAll(/[^]/gu), ({ index }) => index);

    it('law: misses no encoding, so that the token that the whole text has there is a candidate', () => {
      for (const place of places) {
        const typed = text.slice(0, place);
        const tail = readTail(mixed, tokenizer, typed);
        const healed = new HealedStart(mixed, tokenizer, tail);
        const before = Array.from(tail.tokens).slice(0, lastWordOf(tokenizer, tail).firstToken);
        let count = 0;
        for (let bytes = 0; bytes <= Buffer.byteLength(typed); count++) {
          bytes += tokenizer.tokenBytes(whole[count]).length;
        }
        const path = whole.slice(0, count).join();
        const found = healed.candidates.find(
          ({ branch, tokenId }) => [...before, ...branch.tokens, tokenId].join() === path,
        );
        assert.ok(found !== undefined && healed.isEncoding(found), `after ${JSON.stringify(typed)}`);
      }
    });

    it('takes no part of a character back, as no token that goes on from there makes another', () => {
      for (const place of places) {
        const { branches } = new HealedStart(
          mixed,
          tokenizer,
          readTail(mixed, tokenizer, text.slice(0, place)),
        );
        assert.ok(branches.every(({ tokens }) => !tokenizer.decode(tokens).includes('\ufffd')));
      }
    });

    it('law: weighs branches by the probabilities that their tokens have from the start of the word', () => {
      const probs = new Float32Array(mixed.vocabSize);
      for (const place of places) {
        const tail = readTail(mixed, tokenizer, text.slice(0, place));
        const ratios = new HealedStart(mixed, tokenizer, tail).branches.map(({ tokens, weight }) => {
          let state = tail.states[lastWordOf(tokenizer, tail).firstToken];
          let probability = 1;
          for (const tokenId of tokens) {
            mixed.predict(state, probs);
            probability *= probs[tokenId];
            state = mixed.next(state, tokenId);
          }
          return weight / probability;
        });
        assert.ok(ratios.every((ratio) => Math.abs(ratio / ratios[0] - 1) < 1e-4));
      }
    });
  });

  it('keeps byte order marks, which are white space before a word', () => {
    const word = '\ufeff\ufefftxkqmour';
    for (const { tokens, rest } of start(`ql${word}`).branches) {
      assert.equal(Buffer.concat([tokenizer.decodeBytes(tokens), rest]).toString(), word);
    }
  });

  it('is a distribution over the candidates, and every branch but the last has something to cover', () => {
    for (const typed of ['', ' ', 'She', 'She said he', 'const under', "don'", '我', 'a\n', '    ']) {
      const healed = start(typed);
      const sum = healed.probs.reduce((a, b) => a + b, 0);
      assert.ok(Math.abs(sum - 1) < 1e-4, typed);
      const covering = new Set(healed.candidates.map(({ branch }) => branch));
      assert.ok(healed.branches.every((branch) => covering.has(branch)));
      assert.equal(healed.branches.at(-1)!.rest.length, 0);
    }
  });
});
