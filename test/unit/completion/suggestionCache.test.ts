import assert from 'node:assert/strict';
import fc from 'fast-check';
import { SuggestionCache } from '../../../src/completion/suggestionCache';
import type { CompletedResponse, CompletionQuestion } from '../../../src/protocol/generatorProtocol';
import { cursorText } from '../../support/cursorText';
import { heapInUse } from '../../support/heapInUse';

const question = (marked: string, rest: Partial<CompletionQuestion> = {}, uri = 'a'): CompletionQuestion => ({
  document: { uri, languageId: 'markdown', ...cursorText(marked) },
  multiline: false,
  eagerness: 0.5,
  maxNewTokens: 24,
  ...rest,
});
const response = (insertText: string): CompletedResponse => ({
  kind: 'completed',
  id: 1,
  insertText,
  confidence: 0.8,
});

describe('suggestions that still hold', () => {
  const filled = () => {
    const cache = new SuggestionCache();
    cache.remember(question('The quick█'), response(' brown fox'));
    return cache;
  };

  it('shrink as the user types along', () => {
    const cache = filled();
    assert.deepEqual(cache.answer(question('The quick br█')), {
      insertText: 'own fox',
      confidence: 0.8,
      isTypedAlong: true,
    });
    assert.equal(cache.answer(question('The quick brown █'))?.insertText, 'fox');
  });

  it('come back when the user goes back a step', () => {
    const cache = filled();
    cache.remember(question('The quick x█'), response('ylophone'));
    assert.deepEqual(cache.answer(question('The quick█')), {
      insertText: ' brown fox',
      confidence: 0.8,
      isTypedAlong: true,
    });
    assert.equal(cache.answer(question('The quick br█'))?.insertText, 'own fox');
  });

  it('are forgotten, the one used least recently first, where there are many', () => {
    const cache = filled();
    for (let i = 0; i < 70; i++) {
      cache.remember(question(`Line ${i}:█`), response(' x'));
      assert.equal(cache.answer(question('The quick█'))?.insertText, ' brown fox');
    }
    assert.equal(cache.answer(question('Line 0:█')), null);
    assert.notEqual(cache.answer(question('Line 69:█')), null);
  });

  it('are pushed out neither by places without a suggestion nor by one that is served again and again', () => {
    const cache = filled();
    for (let i = 1; i < 64; i++) {
      cache.remember(question(`Line ${i}:█`), response(' x'));
    }
    for (let i = 0; i < 70; i++) {
      cache.remember(question(`Nothing ${i}█`), response(''));
      assert.equal(cache.answer(question('Line 63:█'))?.insertText, ' x');
    }
    assert.equal(cache.answer(question('The quick█'))?.insertText, ' brown fox');
  });

  it('keep a little of the text before them, however long that is', () => {
    const cache = new SuggestionCache();
    const long = (line: number): string => `${'A long document. '.repeat(4000)}Line ${line}:█`;
    const before = heapInUse();
    for (let i = 0; i < 64; i++) {
      cache.remember(question(long(i)), response(' x'));
    }
    const grown = heapInUse() - before;
    assert.ok(grown < 1e6, `${grown} bytes`);
    assert.equal(cache.answer(question(long(63)))?.insertText, ' x');
  });

  it('end where the text below becomes longer, even far below', () => {
    const cache = new SuggestionCache();
    const below = 'The dog ran.\n'.repeat(200);
    cache.remember(question(`The quick█\n${below}`), response(' brown fox'));
    assert.equal(cache.answer(question(`The quick█\n${below}`))?.insertText, ' brown fox');
    assert.equal(cache.answer(question(`The quick█\n${below}.`)), null);
  });

  it('do not come back once they were refused', () => {
    assert.equal(filled().answer(question('The quick█', { refused: [' brown'] })), null);
  });

  it('end at other words, at their own end, and with another suffix, document or setting', () => {
    const cache = filled();
    cache.remember(question('The quick█]'), response(' brown fox'));
    for (const other of [
      question('The quick red█'),
      question('The quick brown fox█'),
      question('The quic█'),
      question('A quick█'),
      question('The quick█ dog'),
      question('The quick█)'),
      question('The quick█', { multiline: true }),
      question('The quick█', { midLineInCode: true }),
      question('The quick█', { eagerness: 0.9 }),
      question('The quick█', {}, 'b'),
    ]) {
      assert.equal(cache.answer(other), null);
    }
  });

  it('are forgotten when the model changes', () => {
    const cache = filled();
    cache.clear();
    assert.equal(cache.answer(question('The quick█')), null);
  });

  it('always continue exactly what was typed, as the suggestion said', () => {
    const word = fc.constantFrom('a', 'b', 'ab', ' ', '\n');
    const text = fc.array(word, { maxLength: 6 }).map((words) => words.join(''));
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { maxLength: 8 }), text, (remembered, prefix) => {
        const cache = new SuggestionCache();
        for (const [before, insertText] of remembered) {
          cache.remember(question(`${before}█`), response(insertText));
        }
        const served = cache.answer(question(`${prefix}█`));
        const whole = remembered.map(([before, insertText]) => [before, before + insertText] as const);
        const possible = whole.filter(
          ([before, end]) => prefix.startsWith(before) && end.startsWith(prefix) && end !== prefix,
        );
        if (served === null) {
          assert.equal(possible.length, 0);
        } else {
          assert.ok(served.insertText !== '');
          assert.ok(possible.some(([, end]) => end === prefix + served.insertText));
        }
      }),
    );
  });
});
