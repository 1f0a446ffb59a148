import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ServerExpert } from '../../../../../src/completion/half/server/serverExpert';
import type { TokenChoice } from '../../../../../src/completion/half/server/tokenChoices';
import { SharedTokens } from '../../../../../src/model/bridge/sharedTokens';
import { shippedTokenizer } from '../../../../support/shippedTokenizer';

describe('a server’s model over the shared vocabulary', () => {
  const shared = new SharedTokens(shippedTokenizer);
  const expertThat = (choices: Readonly<Record<string, Readonly<Record<string, number>>>>) => {
    const known = (text: string): TokenChoice[] | undefined =>
      choices[text] &&
      Object.entries(choices[text]).map(([token, probability]) => ({
        bytes: Buffer.from(token),
        probability,
      }));
    const source = { choicesAfter: known, ask: () => Promise.resolve(), dispose: () => undefined };
    return new ServerExpert(source, shared);
  };
  const expertThatTellsWhatItAsks = () => {
    const asked: string[] = [];
    const source = {
      choicesAfter: () => undefined,
      ask: (texts: readonly string[]) => Promise.resolve(void asked.push(...texts)),
      dispose: () => undefined,
    };
    return { expert: new ServerExpert(source, shared), asked };
  };
  const stateAfter = (expert: ServerExpert, text: string) => {
    let state = expert.start();
    for (const tokenId of shippedTokenizer.encode(text)) {
      state = expert.next(state, tokenId);
    }
    return state;
  };
  const predict = (expert: ServerExpert, text: string) => {
    const probs = new Float32Array(expert.vocabSize);
    expert.predict(stateAfter(expert, text), probs);
    return probs;
  };
  const probabilityOf = (probs: Float32Array, text: string) => probs[shippedTokenizer.encode(text)[0]];

  it('gives each listed token to the shared token that it begins with', () => {
    const probs = predict(expertThat({ 'I saw the.': { ' The': 0.6, '\n': 0.3 } }), 'I saw the.');
    assert.ok(Math.abs(probabilityOf(probs, ' The') - 0.6) < 1e-3);
    assert.ok(Math.abs(probabilityOf(probs, '\n') - 0.3) < 1e-3);
  });

  it('in a half-typed word asks what follows the typed part, whatever the server’s tokens are', () => {
    const expert = expertThat({ 'In the': { ' garden': 0.5, ' house': 0.4 }, 'In the gar': {} });
    const state = stateAfter(expert, 'In the gar');
    const rest = shippedTokenizer.encode('In the garden').slice(shippedTokenizer.encode('In the gar').length);
    const probs = new Float32Array(expert.vocabSize);
    expert.predict(state, probs);
    const likeliest = probs.indexOf(Math.max(...probs));
    assert.ok(
      'den'.startsWith(Buffer.from(shippedTokenizer.tokenBytes(likeliest)).toString()) ||
        likeliest === rest[0],
    );
    assert.ok(probs[likeliest] > 0.8);
  });

  it('weighs in a half-typed word what goes beyond it, what is a part of it, and what is not listed', () => {
    const probs = predict(
      expertThat({
        'In the': { ' garden': 0.5, ' gar': 0.2, ' g': 0.1, ' house': 0.1 },
        'In the gar': { lic: 0.6 },
      }),
      'In the gar',
    );
    // A token that covers only a part of the word, and an unlisted one, count a tenth.
    const whole = 0.2 + 0.1 * 0.1 + 0.1 * 0.1;
    const spread = 0.1 * 0.1 + whole * 0.4;
    const total = 0.5 + whole * 0.6 + spread;
    const [first, second] = [...probs].sort((a, b) => b - a);
    assert.ok(Math.abs(first - 0.5 / total) < 1e-3, `${first}`);
    assert.ok(Math.abs(second - (whole * 0.6) / total) < 1e-3, `${second}`);
  });

  it('knows nothing in a half-typed word that no listed token goes on with', () => {
    const probs = predict(expertThat({ 'In the': { ' house': 1 }, 'In the gar': {} }), 'In the gar');
    assert.ok(probs.every((p) => p === probs[0]));
    assert.ok(Math.abs(probs[0] * probs.length - 1) < 1e-6);
  });

  it('in a half-read character asks only what stood before it, and goes on with the characters that begin so', () => {
    const expert = expertThat({ So: { '🙂': 0.4, '🚀': 0.2, ' dog': 0.3 } });
    const [first, second] = shippedTokenizer.encode('🙂');
    const state = expert.next(stateAfter(expert, 'So'), first);
    assert.ok(expert.readiness?.isReady(state));
    const probs = new Float32Array(expert.vocabSize);
    expert.predict(state, probs);
    // What is not listed counts a tenth, and a tenth of that again for a token that is a part of the character.
    const total = 0.6 + 0.1 * 0.1 + 0.1 * 0.1;
    assert.ok(Math.abs(probs[second] - 0.6 / total) < 1e-3, `${probs[second]}`);
    assert.ok(probabilityOf(probs, ' dog') < 1e-4);
  });

  it('asks for a document’s first words after a line break, as servers refuse an empty text', async () => {
    const { expert, asked } = expertThatTellsWhatItAsks();
    const next = expert.next(stateAfter(expert, 'The end.'), shippedTokenizer.endOfTextId);
    await expert.readiness?.prepare([expert.start(), next]);
    assert.deepEqual(asked, ['\n', '\n']);
  });

  it('in a half-typed word gives a listed token to the shared token that follows the typed part', () => {
    const probs = predict(expertThat({ They: { ' don’t': 0.6 }, 'They don': { '’t': 0.9 } }), 'They don');
    const typed = shippedTokenizer.encode('They don').length;
    const [next] = shippedTokenizer.encode('They don’t').slice(typed);
    assert.ok(probs[next] > 0.8, `${probs[next]}`);
  });

  it('is left out while the server has not answered, and knows nothing else', () => {
    const expert = expertThat({ 'One.': { ' Two': 0.9 } });
    assert.equal(expert.readiness?.isReady(stateAfter(expert, 'One.')), true);
    assert.equal(expert.readiness?.isReady(stateAfter(expert, 'One. Two')), false);
  });

  it('is never sent half a character at the beginning of a long text', async () => {
    const { expert, asked } = expertThatTellsWhatItAsks();
    for (const beginning of ['', 'a']) {
      await expert.readiness?.prepare([stateAfter(expert, `${beginning}${'🙂'.repeat(3000)}`)]);
    }
    assert.equal(asked.length, 2);
    assert.ok(asked.every((text) => text.length > 2000 && !/\p{Surrogate}/u.test(text)));
  });

  it('is asked about the end of a long text, from the same places on as it grows, and keeps no more of it', async () => {
    const { expert, asked } = expertThatTellsWhatItAsks();
    const text = Array.from({ length: 1100 }, (_, i) => `word${i}. `).join('');
    const promptOf = (whole: string): string =>
      whole.slice(Math.max(0, Math.ceil((whole.length - 4096) / 2048) * 2048));
    let state = expert.start();
    let read = '';
    for (const tokenId of shippedTokenizer.encode(text)) {
      state = expert.next(state, tokenId);
      read += shippedTokenizer.decode([tokenId]);
      await expert.readiness?.prepare([state]);
      const beforeWord = read.slice(0, read.length - /(?: ?\w+)?$/.exec(read.slice(-40))![0].length);
      assert.deepEqual(asked.splice(0), [...new Set([beforeWord || '\n', read])].map(promptOf));
      assert.ok(state.text.length < 5000);
    }
  });

  it('law: sums to one, and holds nothing impossible', () => {
    const place = fc.dictionary(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 }),
      fc.double({ min: 1e-6, max: 1, noNaN: true }),
      { maxKeys: 8 },
    );
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 12 }), place, place, (text, first, second) => {
        const listed = [first, second].map((one) => {
          const sum = Object.values(one).reduce((a, b) => a + b, 0);
          return Object.entries(one).map(([token, p]) => ({
            bytes: Buffer.from(token),
            probability: p / Math.max(1, sum),
          }));
        });
        let calls = 0;
        const source = {
          choicesAfter: () => listed[calls++ % 2],
          ask: () => Promise.resolve(),
          dispose: () => undefined,
        };
        const probs = predict(new ServerExpert(source, shared), text);
        assert.ok(Math.abs(probs.reduce((a, b) => a + b, 0) - 1) < 1e-5);
        assert.ok(probs.every((p) => p > 0));
      }),
      { numRuns: 40 },
    );
  });
});
