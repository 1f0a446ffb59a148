import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Bridge } from '../../../../src/model/bridge/bridge';
import { characterModel } from '../../../../src/model/bridge/characterModel';
import { wordModel } from '../../../../src/model/bridge/wordModel';
import { HealedStart } from '../../../../src/model/generation/healedStart';
import { Mixture } from '../../../../src/model/mixture/mixture';
import type { CharacterVocabulary, WordVocabulary } from '../../../../src/model/keras/vocabulary/vocabulary';
import { tokenKinds } from '../../../../src/model/tokenizer/tokenKinds';
import { ScriptedExpert, RandomExpert } from '../../../support/randomForeign';
import { readTail } from '../../../support/readTail';
import { shippedTokenizer as tokenizer } from '../../../support/shippedTokenizer';

const WORDS = [
  null,
  null,
  'the',
  'understudy',
  'understands',
  'hello',
  'world',
  'a',
  "don't",
  'wörter',
  'iPhone',
];
const words: WordVocabulary = {
  kind: 'words',
  size: WORDS.length,
  largestSize: WORDS.length,
  unknownId: 1,
  words: WORDS,
  isLowerCase: true,
  filters: '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n',
  separator: ' ',
};
const CHARACTERS = [null, ...Array.from('abcdefghijklmnopqrstuvwxyz .,\n学习')];
const characters: CharacterVocabulary = {
  kind: 'characters',
  size: CHARACTERS.length,
  largestSize: CHARACTERS.length,
  unknownId: null,
  characters: CHARACTERS,
  isLowerCase: true,
};
const idOf = (word: string) => WORDS.indexOf(word);

function read<S>(bridge: Bridge<S>, text: string) {
  let state = bridge.next(bridge.start(), tokenizer.endOfTextId);
  for (const id of tokenizer.encode(text)) {
    state = bridge.next(state, id);
  }
  return state;
}

/** The likeliest next token as text. */
function likeliest<S>(bridge: Bridge<S>, text: string): string {
  const probs = new Float32Array(bridge.vocabSize);
  bridge.predict(read(bridge, text), probs);
  return tokenizer.decode([probs.indexOf(Math.max(...probs))]);
}

/** What the bridge writes if the likeliest token is taken each time. */
function written<S>(bridge: Bridge<S>, text: string, tokens: number): string {
  let all = text;
  for (let i = 0; i < tokens; i++) {
    all += likeliest(bridge, all);
  }
  return all.slice(text.length);
}

describe('a model of words', () => {
  const saying = (word: string) =>
    new Bridge(wordModel(new ScriptedExpert(WORDS.length, [idOf(word)]), words), tokenizer);

  it('predicts its next word with the space before it', () => {
    assert.match(written(saying('understudy'), 'hello the', 4), /^ understudy/);
  });

  it('does without a word of a million letters, as only a hostile file has', () => {
    const longer = { ...words, size: WORDS.length + 1, words: [...WORDS, 'x'.repeat(1_000_000)] };
    const expert = new ScriptedExpert(longer.size, [idOf('understudy')]);
    assert.match(written(new Bridge(wordModel(expert, longer), tokenizer), 'hello the', 4), /^ understudy/);
  });

  it('writes the first word of a text, and of a sentence, with a capital', () => {
    assert.match(written(saying('hello'), '', 3), /^Hello/);
    assert.match(written(saying('hello'), 'the world.', 3), /^ Hello/);
    assert.match(written(saying('hello'), 'the world\n', 3), /^hello/);
  });

  it('goes on with a half-typed word, whatever tokens its half has', () => {
    for (const [word, typed, rest] of [
      ['understudy', ' underst', /^udy?/],
      ['understands', ' underst', /^an?d?/],
      ['understands', ' understan', /^d/],
      ['hello', ' He', /^l/],
      ['wörter', ' wö', /^r/],
    ] as const) {
      const model = new Mixture({
        kinds: tokenKinds(tokenizer),
        networks: [saying(word)],
        gate: null,
      });
      const healed = new HealedStart(model, tokenizer, readTail(model, tokenizer, `the${typed}`));
      const [{ candidate }] = healed.mostLikely(1);
      assert.match(new TextDecoder().decode(healed.newBytes(candidate)), rest, typed);
    }
  });

  it('goes on after a word that it does not know', () => {
    const foreign = wordModel(new ScriptedExpert(WORDS.length, [idOf('world')]), words);
    assert.match(written(new Bridge(foreign, tokenizer), 'hello Xqjzz', 1), /^ world/);
  });

  it('reads the words that it knows, and its unknown word for others', () => {
    const readWords: number[][] = [];
    const expert = new ScriptedExpert(WORDS.length, [idOf('a')], (ids) => readWords.push(ids));
    const bridge = new Bridge(wordModel(expert, words), tokenizer);
    const probs = new Float32Array(bridge.vocabSize);
    bridge.predict(read(bridge, 'Hello, Zweistein the “wörter”\n'), probs);
    const longest = readWords.reduce((a, b) => (b.length > a.length ? b : a), []);
    assert.deepEqual(longest.slice(0, 3), [idOf('hello'), 1, idOf('the')]);
  });
});

describe('models of words and of characters', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 12 }),
    fc
      .array(
        fc.constantFrom('the', ' ', 'Hello', ', ', 'under', '.\n', '学', '習', '🙂', ' a', "don't", 'XY'),
        { maxLength: 6 },
      )
      .map((parts) => parts.join('')),
  );
  for (const [name, foreign] of [
    ['words', (seed: number) => wordModel(new RandomExpert(WORDS.length, seed), words)],
    ['characters', (seed: number) => characterModel(new RandomExpert(CHARACTERS.length, seed), characters)],
  ] as const) {
    it(`give every text a positive probability, and sum to one: ${name}`, () => {
      fc.assert(
        fc.property(texts, fc.integer(), (text, seed) => {
          const bridge = new Bridge<unknown>(foreign(seed), tokenizer);
          let state = bridge.next(bridge.start(), tokenizer.endOfTextId);
          const probs = new Float32Array(bridge.vocabSize);
          for (const id of [...tokenizer.encode(text), tokenizer.endOfTextId]) {
            bridge.predict(state, probs);
            const sum = probs.reduce((total, p) => total + p, 0);
            assert.ok(Math.abs(sum - 1) < 1e-6, `${JSON.stringify(text)}: ${sum}`);
            assert.ok(probs[id] > 0);
            state = bridge.next(state, id);
          }
        }),
        { numRuns: 8 },
      );
    });
  }

  it('spell with characters what is one shared token', () => {
    const next = (character: string) => CHARACTERS.indexOf(character);
    const spelled = Array.from('x the end.').map(next);
    const expert = new ScriptedExpert(CHARACTERS.length, spelled);
    const bridge = new Bridge(characterModel(expert, characters), tokenizer);
    assert.equal(written(bridge, 'a', 1), ' the');
    assert.equal(written(bridge, 'a', 3), ' the end.');
  });

  it('spell a character of several bytes', () => {
    const expert = new ScriptedExpert(CHARACTERS.length, [
      CHARACTERS.indexOf('学'),
      CHARACTERS.indexOf('习'),
    ]);
    const bridge = new Bridge(characterModel(expert, characters), tokenizer);
    assert.equal(written(bridge, '', 1), tokenizer.decode(tokenizer.encode('学习').slice(0, 1)));
  });
});
