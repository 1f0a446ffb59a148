import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Bridge } from '../../../../src/model/bridge/bridge';
import { COARSE_LIMITS } from '../../../../src/model/bridge/bridgeState';
import type { ForeignModel } from '../../../../src/model/bridge/foreignModel';
import { seededRandom } from '../../../../src/model/generation/seededRandom';
import { textVocabulary } from '../../../../src/model/bridge/textVocabulary';
import type { Tokenizer } from '../../../../src/model/tokenizer/tokenizer';
import {
  byteVocabulary,
  bytePairVocabulary,
  canonicalModel,
  RandomExpert,
  randomModel,
  tokenizerOf,
} from '../../../support/randomForeign';
import { shippedTokenizer } from '../../../support/shippedTokenizer';

const LESSON =
  "the then there them; a ban band bandana, an and end. “Quoted” don’t don't\n\n  12 123 1234 \\section{x} 我们学习中文，他们学习。\n 🙂 🙃";
const sharedTokenizer = tokenizerOf(LESSON.repeat(3), 340);
const vocabularies = {
  bytes: byteVocabulary(),
  'few merges': bytePairVocabulary(tokenizerOf(LESSON.repeat(2), 280)),
  'other merges': bytePairVocabulary(
    tokenizerOf('there is another band; the end. hand sand 12 34 学习中文 “don’t” '.repeat(3), 330),
  ),
  'more merges': bytePairVocabulary(tokenizerOf(LESSON.repeat(4) + ' thereafter bandanas'.repeat(5), 420)),
};
const exact = { limits: { steps: 5000, expandFrom: 0, examineFrom: 0, coverFrom: 0, uniformShare: 0 } };

const PARTS = "the|n|re| |a|b|ban|d|and|;|“|”|’t|n't|\n|\n\n|  |1|23|4|学|习中|文|🙂|\\\\|x".split('|');
/**
 * In bits per text. Where the foreign model's merges cover a space or backslash before a letter, which is one shared token only there, that
 * is decided a little early: by 0.24 bits at most in 300 texts.
 */
const toleranceOf = (name: string): number => (name === 'more merges' ? 0.4 : 1e-5);
const textOf = (parts: readonly string[], maxLength: number) =>
  fc.array(fc.constantFrom(...parts), { maxLength }).map((chosen) => chosen.join(''));
const texts = textOf(PARTS, 8);

function* distributions<S>(bridge: Bridge<S>, tokenizer: Tokenizer, text: string) {
  let state = bridge.next(bridge.start(), tokenizer.endOfTextId);
  for (const id of [...tokenizer.encode(text), tokenizer.endOfTextId]) {
    const probs = new Float32Array(bridge.vocabSize);
    bridge.predict(state, probs);
    yield { probs, id };
    state = bridge.next(state, id);
  }
}

/** log2 p(text, end) by the bridge, over the shared tokens. */
function bridgedLog<S>(bridge: Bridge<S>, tokenizer: Tokenizer, text: string): number {
  let log = 0;
  for (const { probs, id } of distributions(bridge, tokenizer, text)) {
    log += Math.log2(probs[id]);
  }
  return log;
}

/** log2 p(text, end) by the model's own tokens, which is the whole probability if no other path has any. */
function ownLog<S>({ expert, vocabulary }: ForeignModel<S>, text: string): number {
  let state = expert.next(expert.start(), vocabulary.beginOfTextId!);
  const ids = Array.from(vocabulary.encode(new TextEncoder().encode(text))!.ids);
  let log = 0;
  for (const id of [...ids, vocabulary.endOfTextId!]) {
    const probs = new Float32Array(expert.vocabSize);
    expert.predict(state, probs);
    log += Math.log2(probs[id]);
    state = expert.next(state, id);
  }
  return log;
}

/** The most by which the bridge changes a probability of a model that has the shared vocabulary. */
function largestChange(text: string, seed: number): number {
  const foreign = randomModel(bytePairVocabulary(sharedTokenizer), seed);
  const bridge = new Bridge(foreign, sharedTokenizer);
  let own = foreign.expert.next(foreign.expert.start(), sharedTokenizer.endOfTextId);
  const expected = new Float32Array(sharedTokenizer.vocabSize);
  let largest = 0;
  for (const { probs, id } of distributions(bridge, sharedTokenizer, text)) {
    foreign.expert.predict(own, expected);
    largest = probs.reduce((most, p, token) => Math.max(most, Math.abs(p - expected[token])), largest);
    own = foreign.expert.next(own, id);
  }
  return largest;
}

describe('a model with other tokens as an expert', () => {
  it('changes nothing in a model that has the shared vocabulary', () => {
    // A space and a backslash are one token where a letter follows; see the next test.
    const plain = texts.filter((text) => !text.includes(' \\'));
    fc.assert(
      fc.property(plain, fc.integer(), (text, seed) => largestChange(text, seed) < 1e-6),
      { numRuns: 40 },
    );
  });

  it('changes nothing in one either in a long text without spaces, of which it holds only the end', () => {
    const sentence = '我们学习中文，他们学习。“学习”';
    for (const [start, seed] of [0, 1, 2, 3].entries()) {
      assert.ok(largestChange(sentence.repeat(4).slice(start), seed) < 1e-6);
    }
  });

  it('goes on after a character that the vocabulary cannot spell, once enough text has followed it', () => {
    const characters = ['学', 'a'];
    const vocabulary = textVocabulary({
      tokens: [null, ...characters.map((text) => new TextEncoder().encode(text))],
      // Also for a character that is none of these, whose bytes the mark has not.
      encode: (text) => Array.from(text, (character) => characters.indexOf(character) + 1),
      beginOfTextId: 0,
    });
    const bridge = new Bridge(randomModel(vocabulary, 7), sharedTokenizer);
    const likeliest = (text: string) =>
      Math.max(...[...distributions(bridge, sharedTokenizer, text)].at(-1)!.probs);
    assert.ok(likeliest('☃学') < 0.02, 'all alike');
    for (const length of [25, 40, 60]) {
      assert.ok(likeliest(`☃${'学'.repeat(length)}`) > 0.2, `after ${length} characters`);
    }
  });

  it('gives characters that it spells in several tokens what their first token has, though it is not asked about each', () => {
    const expert = new RandomExpert(257, 1, undefined, 0);
    const foreign = { expert, vocabulary: byteVocabulary() };
    const bridge = new Bridge(foreign, shippedTokenizer, { limits: COARSE_LIMITS });
    const probs = new Float32Array(bridge.vocabSize);
    bridge.predict(bridge.start(), probs);
    const [first] = new TextEncoder().encode('加');
    const characters = probs.filter((_, id) => {
      const bytes = id === shippedTokenizer.endOfTextId ? [] : shippedTokenizer.tokenBytes(id);
      return bytes[0] === first && bytes.length > 2;
    });
    const share = characters.reduce((sum, probability) => sum + probability, 0) * expert.vocabSize;
    assert.ok(share > 0.9 && share < 1, `${share} of the first byte's probability`);
  });

  it('gives probabilities that sum to one, however unlikely the model takes a long word to be', () => {
    // On its way to zero the word's probability passes through numbers that have no finite inverse.
    const expert = new RandomExpert(257, 1, undefined, 40);
    const bridge = new Bridge({ expert, vocabulary: byteVocabulary() }, shippedTokenizer, {
      limits: COARSE_LIMITS,
    });
    for (const { probs } of distributions(bridge, shippedTokenizer, 'Zx8Qq0vJ7KpWw3yB'.repeat(4))) {
      const sum = probs.reduce((total, p) => total + p, 0);
      assert.ok(Math.abs(sum - 1) < 1e-6, `they sum to ${sum}`);
    }
  });

  it('changes little where text would have other tokens before a letter', () => {
    for (const seed of [321012434, 7919, 15838, 23757]) {
      assert.ok(largestChange('  \\\\', seed) < 0.03);
    }
  });

  it('gives a text its probability also where what follows a token decides how both vocabularies encode it', () => {
    const random = seededRandom(1);
    const draw = (length: number) =>
      Array.from({ length: 1 + Math.floor(length * random()) }, () => 'ab'[Math.floor(2 * random())]).join(
        '',
      );
    const tokenizer = () => tokenizerOf(Array.from({ length: 40 }, () => draw(8)).join(';'), 280);
    for (let i = 0; i < 12; i++) {
      const shared = tokenizer();
      const foreign = canonicalModel(bytePairVocabulary(tokenizer()), 'ab', i);
      const text = draw(8);
      const difference = bridgedLog(new Bridge(foreign, shared, exact), shared, text) - ownLog(foreign, text);
      assert.ok(Math.abs(difference) < 1e-5, `${text}: ${difference}`);
    }
  });

  for (const [name, vocabulary] of Object.entries(vocabularies)) {
    it(`gives probabilities that sum to one: ${name}`, () => {
      fc.assert(
        fc.property(texts, fc.integer(), (text, seed) => {
          const bridge = new Bridge(randomModel(vocabulary, seed), sharedTokenizer);
          for (const { probs } of distributions(bridge, sharedTokenizer, text)) {
            const sum = probs.reduce((total, p) => total + p, 0);
            assert.ok(Math.abs(sum - 1) < 1e-6 && probs.every((p) => p >= 0));
          }
        }),
        { numRuns: 8 },
      );
    });

    it(`gives a text the probability that the model gives it in its own tokens: ${name}`, () => {
      fc.assert(
        fc.property(texts, fc.integer(), (text, seed) => {
          const foreign = canonicalModel(vocabulary, PARTS.join(''), seed);
          const bridge = new Bridge(foreign, sharedTokenizer, exact);
          const difference = bridgedLog(bridge, sharedTokenizer, text) - ownLog(foreign, text);
          assert.ok(Math.abs(difference) < toleranceOf(name), `${text}: ${difference}`);
        }),
        { numRuns: 10 },
      );
    });
  }
});
