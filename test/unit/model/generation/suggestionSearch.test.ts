import assert from 'node:assert/strict';
import fc from 'fast-check';
import { correctedProbability } from '../../../../src/model/generation/confidenceShift';
import { costOfWrong } from '../../../../src/model/generation/expectedSaving';
import {
  chooseSuggestion,
  leastExplored,
  searchContinuations,
  searchSuggestion,
  type Suggestion,
  type SuggestionOptions,
} from '../../../../src/model/generation/suggestionSearch';
import type { MixtureModel } from '../../../../src/model/mixtureModel';
import { CountingMixture } from '../../../support/countingMixture';
import { readTail } from '../../../support/readTail';
import { ScriptedMixture } from '../../../support/scriptedMixture';
import { shippedTokenizer as tokenizer } from '../../../support/shippedTokenizer';
import { toItsEnd } from '../../../support/toItsEnd';

const LESSON = [
  'The committee approved the annual budget. The committee met in October.\n',
  'export function renderPage(request: Request): Promise<void> {\n',
  '委员会批准了年度预算。委员会在十月开会。\n',
].join('');
const model = new CountingMixture(tokenizer.vocabSize, [tokenizer.encode(LESSON.repeat(2))]);
const defaults: SuggestionOptions = {
  cost: costOfWrong(0.6, 'prose'),
  confidenceShift: 0,
  takesWords: 1,
  maxNewTokens: 24,
  stopAtLineEnd: true,
  stopAtSentenceEnd: true,
  allowed: (text) => text,
};

function suggest(
  prefix: string,
  { eagerness, ...options }: Partial<SuggestionOptions> & { readonly eagerness?: number } = {},
  from: MixtureModel = model,
): Suggestion {
  const search = searchSuggestion(from, tokenizer, readTail(from, tokenizer, prefix), {
    ...defaults,
    ...(eagerness !== undefined && { cost: costOfWrong(eagerness, 'prose') }),
    ...options,
  });
  return toItsEnd(search);
}

describe('ghost text search', () => {
  it('suggests the rest of a sentence that is known', () => {
    const { text, confidence, stopReason } = suggest('The committee app');
    assert.equal(text, 'roved the annual budget.');
    assert.equal(stopReason, 'sentenceEnd');
    assert.ok(confidence > 0.5 && confidence <= 1);
  });

  it('suggests the rest of a line and stops at its end', () => {
    const { text, stopReason } = suggest('export function rend', { stopAtSentenceEnd: false });
    assert.equal(text, 'erPage(request: Request): Promise<void> {');
    assert.equal(stopReason, 'lineEnd');
  });

  it('stops at a Chinese full stop', () => {
    assert.equal(suggest('委员会批准').text, '了年度预算。');
  });

  it('shows no half of a command that a rule from outside cuts through', () => {
    const formulas = new CountingMixture(tokenizer.vocabSize, [
      tokenizer.encode('Let \\(x + y\\) be an even number. '.repeat(4)),
    ]);
    const allowed = (text: string) => text.split(')')[0];
    assert.equal(suggest('Let \\(x', { allowed }, formulas).text, ' + y');
  });

  it('is cut at a word where it may go on in three ways', () => {
    const forked = new CountingMixture(tokenizer.vocabSize, [
      tokenizer.encode(
        ['for Leeds', 'from York', 'of Bath']
          .map((place) => `We met the honourable member ${place}. `)
          .join('')
          .repeat(4),
      ),
    ]);
    assert.equal(suggest('We met the hon', { eagerness: 0.2 }, forked).text, 'ourable member');
  });

  it('closes a bracket whatever follows it, though no token that begins with it is likely', () => {
    const ends = ['}, and', '}. But', '}) as', '}; so'];
    assert.equal(new Set(ends.map((end) => tokenizer.encode(end)[0])).size, ends.length);
    const forked = new CountingMixture(tokenizer.vocabSize, [
      tokenizer.encode(
        ends
          .map((end) => `We know of it by \\ref{lemma${end}\n`)
          .join('')
          .repeat(4),
      ),
    ]);
    const { text, confidence } = suggest('We know of it', { eagerness: 0.2 }, forked);
    assert.equal(text, ' by \\ref{lemma}');
    assert.ok(confidence > 0.5);
    const allowed = (shown: string) => (shown.endsWith('}') ? shown.slice(0, -1) : shown);
    const before = suggest('We know of it', { eagerness: 0.2, allowed }, forked).text;
    assert.equal(before, ' by \\ref{lemma', 'nor does it end so where a rule from outside would not have it');
  });

  it('finds others besides where they are wanted, however unsure it is, the best first', () => {
    const places = ['Leeds by coach', 'York', 'Bath'];
    const forked = new CountingMixture(tokenizer.vocabSize, [
      tokenizer.encode(
        places
          .map((place) => `He went to ${place}. `)
          .join('')
          .repeat(4),
      ),
    ]);
    const asked = (prefix: string, takesWords: number) => {
      const found = suggest(prefix, { eagerness: 0.2, takesWords, alternatives: 3 }, forked);
      return [found.text, ...found.alternatives.map(({ text }) => text)];
    };
    const [shown, best, ...others] = asked('He went to ', 1);
    assert.deepEqual([shown, best], ['', 'Leeds by coach.'], 'what is shown unasked does not depend on it');
    assert.deepEqual(others.sort(), ['Bath.', 'York.']);
    assert.deepEqual(asked('He went', 0), [' to'], 'all others begin with it');
    const wanted = (alternatives: number) => suggest('He went to ', { eagerness: 0.2, alternatives }, forked);
    assert.equal(wanted(1).alternatives.length, 1);
    assert.deepEqual(suggest('He went to ', { eagerness: 1 }, forked).alternatives, []);
  });

  it('finds what is asked for where each of it is far too unlikely to be shown unasked', () => {
    const towns = ['Leeds', 'York', 'Bath', 'Oxford', 'Derby', 'Dover', 'London', 'Paris', 'Rome', 'Berlin'];
    const lesson = towns.map((town) => `He went to ${town}. `).join('');
    const forked = new CountingMixture(tokenizer.vocabSize, [tokenizer.encode(lesson.repeat(4))]);
    const { text, alternatives } = suggest('He went to ', { eagerness: 0, alternatives: 3 }, forked);
    assert.deepEqual([text, alternatives.length], ['', 3]);
    assert.ok(alternatives.every(({ confidence }) => confidence < 0.2));
  });

  it('prefers what joins the text right of the cursor', () => {
    const lit = new CountingMixture(tokenizer.vocabSize, [
      tokenizer.encode(
        'He lit the lamp at dusk. He lit the stove in there. He lit the stove in there. '.repeat(2),
      ),
    ]);
    const allowed = (text: string) => text.split(' at', 1)[0];
    const shown = (right: string) => suggest('He lit the', { right, allowed }, lit).text;
    assert.equal(shown(''), ' stove in there.');
    assert.equal(shown(' at dusk.'), ' lamp');
  });

  it('shows nothing when nothing is likely, and says so', () => {
    const { text, confidence, stopReason } = suggest('Zebra quartz ', { eagerness: 0.3 });
    assert.deepEqual([text, confidence, stopReason], ['', 0, 'confidence']);
  });

  it('shows less the more a wrong suggestion costs', () => {
    const length = (cost: number) => suggest('The committee', { cost }).text.length;
    assert.ok(length(40) <= length(4) && length(4) <= length(0.1));
    assert.ok(length(40) < length(0.1));
  });

  it('one search serves every eagerness below its own', () => {
    const search = searchContinuations(model, tokenizer, readTail(model, tokenizer, 'The committee'), {
      ...defaults,
      minProbability: leastExplored(costOfWrong(1, 'prose')),
    });
    const { continuations } = toItsEnd(search);
    for (const eagerness of [0, 0.25, 0.5, 0.75, 1]) {
      const chosen = chooseSuggestion(continuations, {
        cost: costOfWrong(eagerness, 'prose'),
        takesWords: 1,
      });
      assert.equal(chosen.text, suggest('The committee', { eagerness }).text);
    }
  });

  it('ends sooner for a user who never takes a word of a partly right suggestion', () => {
    const places = ['Leeds in the western hills', 'York on the river', 'Bath of old'];
    const forked = new CountingMixture(tokenizer.vocabSize, [
      tokenizer.encode(
        places
          .map((place) => `We met the honourable member for ${place}. `)
          .join('')
          .repeat(4),
      ),
    ]);
    const shown = (takesWords: number) => suggest('We met the', { eagerness: 0.6, takesWords }, forked).text;
    assert.equal(shown(0), ' honourable member for');
    assert.ok(shown(1).startsWith(`${shown(0)} `), shown(1));
  });

  it('does not count padding as saved work', () => {
    const columns = (gap: string) =>
      new CountingMixture(tokenizer.vocabSize, [tokenizer.encode(`Name:${gap}7\nCity:${gap}9\n`.repeat(6))]);
    const shown = (gap: string) => suggest('Name:', { eagerness: 0.3 }, columns(gap)).text;
    assert.equal(shown(' '.repeat(30)), '');
    assert.notEqual(shown(' a column of real words '), '');
  });

  it('keeps to what may be inserted', () => {
    const stopBeforeBudget = (text: string) => text.split(' budget')[0];
    const { text, stopReason } = suggest('The committee approved the', { allowed: stopBeforeBudget });
    assert.deepEqual([text, stopReason], [' annual', 'suffix']);
    const refused = suggest('The committee approved the', { allowed: () => '' });
    assert.equal(refused.text, '');
    assert.notEqual(refused.longest, '');
  });

  it('is searched for no further than it may be inserted, nor in a loop', () => {
    const steps = (allowed: SuggestionOptions['allowed']) => {
      const counted = new CountingMixture(tokenizer.vocabSize, [tokenizer.encode(LESSON)]);
      suggest('The committee approved the', { allowed }, counted);
      return counted.calls.next;
    };
    assert.ok(steps(() => '') < steps((text) => text) - 3);
    const loop = new ScriptedMixture({
      All: { ' of': 1 },
      ' of': { ' the': 1 },
      ' the': { ' man': 1 },
      ' man': { ' the': 1 },
    });
    assert.equal(suggest('All of', {}, loop).stopReason, 'repetition');
  });

  it('follows what the copy model would say, if the mix agrees that it is worth it', () => {
    class WithCopy extends CountingMixture {
      override explain(state: Parameters<CountingMixture['explain']>[0]) {
        const probs = new Float32Array(this.vocabSize);
        probs[tokenizer.encode(' October')[0]] = 1;
        return [...super.explain(state), { name: 'copy', weight: 0, probs }];
      }
    }
    const short = ['London', 'May', 'June', 'Paris', 'Rome'].map((place) =>
      `They met in ${place}. `.repeat(3),
    );
    const rare = 'They met in October behind the closed doors of the old library. '.repeat(2);
    const lesson = [tokenizer.encode(`${short.join('')}${rare}`)];
    const shown = (from: MixtureModel) => suggest('They met in', { eagerness: 1 }, from).text;
    assert.doesNotMatch(shown(new CountingMixture(tokenizer.vocabSize, lesson)), /^ October/);
    const copying = new WithCopy(tokenizer.vocabSize, lesson);
    assert.match(shown(copying), /^ October behind/);
    const { alternatives } = suggest('They met in', { eagerness: 1, alternatives: 3 }, copying);
    assert.equal(alternatives.length, 3, 'it takes nothing from the likeliest ones');
  });

  it('is as sure of its last word as that word is not to go on', () => {
    const halfSure = new ScriptedMixture({
      All: { ' of': 1 },
      ' of': { ' the': 1 },
      ' the': { re: 0.5, ' man': 0.5 },
      ' man': { '.': 1 },
    });
    assert.equal(suggest('All of', { eagerness: 0.1 }, halfSure).text, '');
    const { text, confidence } = suggest('All of', { eagerness: 0.9 }, halfSure);
    assert.equal(text, ' the man.');
    assert.ok(Math.abs(confidence - correctedProbability(0.5, 3, 0)) < 1e-3, `${confidence}`);
  });

  it('keeps what ends while a likelier one goes on, and nothing that would follow the end of the text', () => {
    const ending = new ScriptedMixture({
      All: { ' of': 0.6, ' man': 0.3, '': 0.1 },
      ' of': { ' the': 1 },
      ' the': { '': 1 },
      '': { ' end': 1 },
    });
    const { text, alternatives } = suggest('All', { eagerness: 1, alternatives: 3 }, ending);
    assert.deepEqual([text, ...alternatives.map((other) => other.text)], [' of the', ' man']);
  });

  it('goes on by a token that continues the text as characters where likelier ones do not', () => {
    const broken = new ScriptedMixture({
      All: { ' of': 1 },
      ' of': { ' the': 1 },
      ' the': { '\x80': 0.2, '\x81': 0.2, '\x82': 0.2, '\x83': 0.2, ' man': 0.2 },
      ' man': { '.': 1 },
    });
    assert.equal(suggest('All of', { eagerness: 1 }, broken).text, ' the man.');
  });

  it('ends at a word, on whole characters, with a probability, wherever the cursor is', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: LESSON.length }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (end, eagerness) => {
          const { text, confidence } = suggest(LESSON.slice(0, end), { eagerness });
          assert.ok(!/[\r\n]/.test(text));
          assert.ok(!text.includes('\ufffd'));
          assert.equal(text, text.trimEnd());
          assert.ok(text === '' ? confidence === 0 : confidence > 0 && confidence <= 1 + 1e-6);
        },
      ),
      { numRuns: 60 },
    );
  });
});
