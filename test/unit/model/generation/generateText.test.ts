import assert from 'node:assert/strict';
import fc from 'fast-check';
import { searchText } from '../../../../src/model/generation/beamText';
import { generateText, type GeneratedText } from '../../../../src/model/generation/generateText';
import { DEFAULT_SAMPLING, type SamplingOptions } from '../../../../src/model/samplingOptions';
import { CountingMixture } from '../../../support/countingMixture';
import { readTail } from '../../../support/readTail';
import { ScriptedMixture } from '../../../support/scriptedMixture';
import { shippedTokenizer as tokenizer } from '../../../support/shippedTokenizer';
import { toItsEnd } from '../../../support/toItsEnd';

const LESSON = [
  'The play begins at eight. The play ends at ten, or the play goes on. The understudy waits.\n',
  'An understudy learns the part. An understudy learns by watching! An understudy steps in when needed.\n',
  '舞台上的灯亮了。舞台上的人笑了！舞台下的人哭了。👩‍👩‍👧 🇨🇳\n',
].join('');
const model = new CountingMixture(tokenizer.vocabSize, [
  [...tokenizer.encode(LESSON), tokenizer.endOfTextId, ...tokenizer.encode(LESSON)],
]);

function run(
  prefix: string,
  options: Partial<SamplingOptions>,
  minNewTokens = 0,
  seed = 7,
  by = model,
): GeneratedText & { parts: string[]; pauses: number } {
  const all = { ...DEFAULT_SAMPLING, maxNewTokens: 24, ...options };
  const work =
    all.greedy && all.beamWidth > 1
      ? searchText(by, tokenizer, readTail(by, tokenizer, prefix), all, minNewTokens)
      : generateText(by, tokenizer, readTail(by, tokenizer, prefix), all, minNewTokens, seed);
  const parts: string[] = [];
  for (let pauses = 0; ;) {
    const step = work.next();
    if (step.done) {
      return { ...step.value, parts, pauses };
    }
    if (typeof step.value === 'string') {
      parts.push(step.value);
    } else {
      pauses++;
    }
  }
}

/** The texts that a set of options gives for a few seeds. */
const texts = (options: Partial<SamplingOptions>) =>
  Array.from({ length: 12 }, (_, seed) => run('The play', { ...options, seed }).text);

describe('generated text', () => {
  it('is the same for the same seed, and another for another', () => {
    assert.equal(run('The play', { seed: 3 }).text, run('The play', { seed: 3 }).text);
    assert.ok(new Set(texts({})).size > 1);
  });

  it('draws the caller’s seed where the user has set none', () => {
    assert.equal(run('The play', { seed: null }, 0, 5).text, run('The play', { seed: 5 }).text);
  });

  for (const [name, options] of Object.entries({
    repetitionPenalty: { repetitionPenalty: 2 },
    temperature: { temperature: 2 },
    topK: { topK: 2 },
    topP: { topP: 0.3 },
    minP: { minP: 0.9 },
    greedy: { greedy: true },
    maxNewTokens: { maxNewTokens: 3 },
  })) {
    it(`${name} changes the output`, () => {
      const neutral = { repetitionPenalty: 1, temperature: 1, topK: 0, topP: 1, minP: 0 };
      assert.notDeepEqual(texts({ ...neutral, ...options }), texts(neutral));
    });
  }

  it('repeats a word that it has just written itself only where that is likely enough, by drawing and by beams', () => {
    const echo = new ScriptedMixture({ All: { ' of': 1 }, ' of': { ' of': 0.6, ' the': 0.4 } });
    for (const beamWidth of [1, 2]) {
      const options = { greedy: true, beamWidth, maxNewTokens: 2 };
      const texts = [1, 2].map(
        (repetitionPenalty) => run('All', { ...options, repetitionPenalty }, 0, 7, echo).text,
      );
      assert.deepEqual(texts, [' of of', ' of the']);
    }
  });

  it('repeats a word freely that stands more than 64 tokens before', () => {
    const chorus = new ScriptedMixture({
      ' of': { ' man': 1 },
      ' man': { ' of': 0.5, ' end': 0.3, ' man': 0.2 },
      ' end': { ' of': 0.6, ' the': 0.4 },
    });
    const options = { greedy: true, maxNewTokens: 2, repetitionPenalty: 2 };
    const texts = [63, 64].map((men) => run(` of${' man'.repeat(men)}`, options, 0, 7, chorus).text);
    assert.deepEqual(texts, [' end of', ' of man']);
  });

  it('waits before each token for the models that do not answer at once', () => {
    const tail = readTail(model, tokenizer, 'The play');
    const awaited: (readonly unknown[])[] = [];
    const states: unknown[] = [];
    class Noting extends CountingMixture {
      override next(...given: Parameters<CountingMixture['next']>) {
        const state = super.next(...given);
        states.push(state);
        return state;
      }
    }
    const noting = new Noting(tokenizer.vocabSize, [tokenizer.encode(LESSON)]);
    const waiting = Promise.resolve();
    const prepare = (asked: readonly unknown[]) => {
      awaited.push(asked);
      return waiting;
    };
    const options = { ...DEFAULT_SAMPLING, greedy: true, maxNewTokens: 3 };
    const pausesOf = (work: Generator) => {
      awaited.length = 0;
      return Array.from(work).filter((step) => step === waiting).length;
    };
    const byDrawing = generateText(noting, tokenizer, { ...tail, prepare }, options, 0, 1);
    // One token more shows that the last word is whole.
    assert.deepEqual([pausesOf(byDrawing), awaited.length], [4, 4]);
    assert.equal(awaited[0], tail.states);
    assert.ok(awaited.slice(1).every(([state], i) => state === states[i + states.length - 4]));
    const beams = { ...options, beamWidth: 2 };
    const byBeams = searchText(noting, tokenizer, { ...tail, prepare }, beams, 0);
    assert.equal(pausesOf(byBeams), awaited.length);
    assert.equal(awaited[0], tail.states);
    assert.ok(
      awaited
        .slice(1)
        .flat()
        .every((state) => states.includes(state)) && awaited.length >= 3,
    );
  });

  it('top-k of one, and greedy, are the likeliest at each step whatever the seed', () => {
    const neutral = { repetitionPenalty: 1, topP: 1 };
    const greedy = run('An understudy steps in', { ...neutral, greedy: true }).text;
    assert.match(greedy, /^ when needed\.\n/);
    assert.deepEqual(new Set(texts({ ...neutral, topK: 1 })), new Set(texts({ ...neutral, greedy: true })));
  });

  it('a beam finds a text at least as likely as the greedy one', () => {
    const maxNewTokens = 12;
    const likelihood = (text: string) => {
      const tail = readTail(model, tokenizer, `An${text}`);
      let sum = 0;
      // What finishes the last word is beyond the search.
      for (let i = 1; i <= maxNewTokens; i++) {
        sum += Math.log(tail.predictAfter(i)[tail.tokens[i]]);
      }
      return sum;
    };
    const options = { greedy: true, repetitionPenalty: 1, maxNewTokens };
    const greedy = run('An', options);
    const beam = run('An', { ...options, beamWidth: 4 });
    assert.ok(likelihood(beam.text) >= likelihood(greedy.text) - 1e-6);
    assert.notEqual(beam.text, '');
    assert.deepEqual(beam.parts, [beam.text]);
  });

  it('is by beams no text that likelier ones pushed out, however likely its few tokens were', () => {
    const after = { ' man': 0.35, ' old': 0.35, ' part': 0.1, ' end': 0.1, ' good': 0.1 };
    const wide = new ScriptedMixture({
      All: { ' of': 1 },
      ' of': { ' the': 0.5, ' a': 0.45 },
      ' the': after,
      ' a': { ' man': 0.2, ' old': 0.2, ' part': 0.2, ' end': 0.2, ' good': 0.2 },
      ' man': after,
      ' old': after,
    });
    const options = { greedy: true, beamWidth: 2, maxNewTokens: 4, repetitionPenalty: 1 };
    const { text, stopReason } = run('All of', options, 0, 7, wide);
    assert.match(text, /^ the( man| old){3}$/);
    assert.equal(stopReason, 'length');
  });

  it('goes on by beams with the likeliest, also where its beginning was not', () => {
    const crossed = new ScriptedMixture({
      All: { ' of': 1 },
      ' of': { ' man': 0.5, ' the': 0.4 },
      ' man': { ' end': 0.5, ' old': 0.5 },
      ' the': { ' part': 1 },
    });
    const options = { greedy: true, beamWidth: 2, maxNewTokens: 2, repetitionPenalty: 1 };
    assert.equal(run('All of', options, 0, 7, crossed).text, ' the part');
  });

  it('does not end by beams where the end of the text is most unlikely', () => {
    const onwards = new ScriptedMixture({ All: { ' of': 1 }, ' of': { ' the': 1 }, ' the': { ' of': 1 } });
    const options = { greedy: true, beamWidth: 2, maxNewTokens: 4, repetitionPenalty: 1 };
    const { text, stopReason } = run('All', options, 0, 7, onwards);
    assert.deepEqual([text, stopReason], [' of the of the', 'length']);
  });

  it('of a text that has most likely ended is empty and has no parts, by drawing and by beams', () => {
    for (const beamWidth of [1, 4]) {
      const { text, stopReason, parts } = run(LESSON, { greedy: true, beamWidth });
      assert.deepEqual([text, stopReason, parts], ['', 'endOfText', []]);
    }
  });

  it('has at least the least of new tokens, unless it repeats itself', () => {
    const atEnds = LESSON.match(/[^]+?\n/gu)!.map((_line, i, lines) => lines.slice(0, i + 1).join(''));
    fc.assert(
      fc.property(
        fc.oneof(
          fc.constantFrom(...atEnds),
          fc.nat(LESSON.length).map((end) => LESSON.slice(0, end)),
        ),
        fc.record({
          seed: fc.nat(),
          greedy: fc.boolean(),
          beamWidth: fc.constantFrom(1, 3),
          temperature: fc.constantFrom(0.3, 2),
          repetitionPenalty: fc.constantFrom(1, 1.5),
        }),
        fc.integer({ min: 1, max: 8 }),
        (prefix, options, minNewTokens) => {
          // The least length is also the greatest, so an end of the text would come earlier.
          const wholePrefix = prefix.replace(/[\ud800-\udbff]$/, '');
          const { stopReason } = run(wholePrefix, { ...options, maxNewTokens: minNewTokens }, minNewTokens);
          assert.notEqual(stopReason, 'endOfText');
        },
      ),
      { numRuns: 60 },
    );
  });

  it('may end once it has the least of new tokens, by drawing and by beams', () => {
    const note = [...tokenizer.encode('The lamp is lit again.'), tokenizer.endOfTextId];
    const notes = new CountingMixture(tokenizer.vocabSize, [[...note, ...note]]);
    const least = tokenizer.encode(' is lit again.').length;
    for (const beamWidth of [1, 4]) {
      const options = { greedy: true, beamWidth, repetitionPenalty: 1 };
      const { text, stopReason } = run('The lamp', options, least, 7, notes);
      assert.deepEqual([text, stopReason], [' is lit again.', 'endOfText']);
    }
  });

  it('is empty where nothing but the end of the text can come, with a least or without, by drawing and by beams', () => {
    const ended = new CountingMixture(tokenizer.vocabSize, []);
    ended.predict = (_state, probs) => {
      probs.fill(0);
      probs[tokenizer.endOfTextId] = 1;
    };
    for (const beamWidth of [1, 4]) {
      for (const minNewTokens of [0, 8]) {
        const result = run('', { greedy: true, beamWidth }, minNewTokens, 7, ended);
        assert.deepEqual([result.text, result.stopReason, result.parts], ['', 'endOfText', []]);
      }
    }
  });

  it('draws another token by its own probability where one is no character, with every stage off', () => {
    const noCharacter = Array.from({ length: tokenizer.vocabSize }, (_, id) => id).find(
      (id) => tokenizer.tokenBytes(id)[0] === 0x80,
    )!;
    const common = tokenizer.encode(' the')[0];
    const half = new CountingMixture(tokenizer.vocabSize, []);
    half.predict = (_state, probs) => {
      probs.fill(0);
      [probs[noCharacter], probs[common], probs[tokenizer.vocabSize - 1]] = [0.5, 0.499, 0.001];
    };
    const neutral = { repetitionPenalty: 1, temperature: 1, topK: 0, topP: 1, minP: 0, maxNewTokens: 1 };
    let drawn = 0;
    for (let seed = 0; seed < 100; seed++) {
      const work = generateText(
        half,
        tokenizer,
        readTail(half, tokenizer, ''),
        { ...DEFAULT_SAMPLING, ...neutral, seed },
        0,
        1,
      );
      drawn += toItsEnd(work).text === tokenizer.decode([common]) ? 1 : 0;
    }
    assert.ok(drawn >= 95, `${drawn} of 100`);
  });

  it('goes beyond its length to the end of its last word or character, by drawing and by beams', () => {
    const tale = new ScriptedMixture({
      All: { ' of': 1 },
      ' of': { ' under': 1 },
      ' under': { st: 1 },
      st: { ud: 1 },
      ud: { y: 1 },
      y: { "'s": 1 },
      "'s": { '\xf0': 1 },
      '\xf0': { '\x9f': 1 },
      '\x9f': { '\x98': 1 },
      '\x98': { '\x80': 1 },
      '\x80': { ' of': 1 },
    });
    for (const beamWidth of [1, 2]) {
      const texts = Array.from({ length: 10 }, (_, i) => {
        const options = { greedy: true, beamWidth, maxNewTokens: i + 1 };
        const { text, stopReason, parts } = run('All', options, 0, 7, tale);
        assert.equal(stopReason, 'length');
        assert.equal(parts.join(''), text);
        return text;
      });
      const word = " of understudy's";
      assert.deepEqual(texts, [' of', word, word, word, word, word, word, word, word, `${word}😀`]);
    }
  });

  it('goes but a little beyond its length where no word ends', () => {
    const endless = new ScriptedMixture({ All: { a: 1 }, a: { b: 1 }, b: { a: 1 } });
    const { text, stopReason } = run('All', { greedy: true, maxNewTokens: 2 }, 0, 7, endless);
    assert.deepEqual([text, stopReason], ['ababababab', 'length']);
  });

  it('finishes a half-typed word before it goes on', () => {
    assert.match(run('An underst', { greedy: true }).text, /^udy /);
  });

  it('stops at a length and the end of the text, and says which', () => {
    const greedy = { greedy: true, repetitionPenalty: 1, maxNewTokens: 60 };
    assert.equal(run('The play', { ...greedy, maxNewTokens: 2 }).stopReason, 'length');
    assert.equal(run(LESSON.trimEnd(), greedy).stopReason, 'endOfText');
  });

  it('stops when it repeats itself', () => {
    const loop = new CountingMixture(tokenizer.vocabSize, [tokenizer.encode('ha ho '.repeat(30))]);
    for (const beamWidth of [1, 2]) {
      const options = { greedy: true, beamWidth, repetitionPenalty: 1 };
      assert.equal(run('ha ho', options, 0, 7, loop).stopReason, 'repetition');
    }
  });

  it('streams parts of whole characters, none of them empty, that joined are the text', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: LESSON.length - 1 }), fc.integer(), (end, seed) => {
        const prefix = LESSON.slice(0, end).replace(/[\ud800-\udbff]$/, '');
        const result = run(prefix, { seed: seed >>> 0, temperature: 1.5, topP: 1, topK: 0 });
        assert.equal(result.parts.join(''), result.text);
        assert.ok(!result.parts.includes(''));
        // Each token gives other work a turn, even one that ends inside a character.
        assert.ok(result.stopReason !== 'length' || result.parts.length + result.pauses >= 24);
        assert.ok(!result.text.includes('\ufffd'));
        assert.ok(!/[\ud800-\udfff]/u.test(result.text));
        assert.ok(!result.text.endsWith('\u200d'));
      }),
      { numRuns: 60 },
    );
  });
});
