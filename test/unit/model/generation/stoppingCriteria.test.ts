import assert from 'node:assert/strict';
import fc from 'fast-check';
import { endsInLoop } from '../../../../src/model/generation/repetition';
import { findStop } from '../../../../src/model/generation/stoppingCriteria';

/** `|` marks where the text must end; without it the text goes on. */
function check(marked: string, line = true, sentence = true): void {
  const text = marked.replace('|', '');
  const stop = findStop(text, { stopAtLineEnd: line, stopAtSentenceEnd: sentence });
  const shown = stop === null ? text : `${text.slice(0, stop.length)}|${text.slice(stop.length)}`;
  assert.equal(shown, marked);
}

describe('stopping', () => {
  const cases: Record<string, string> = {
    'at the end of a line': 'one line|\nanother',
    'at a carriage return': 'one line|\r\nanother',
    'where it begins with the end of a line': '|\nanother',
    'at the end of a line before a later sentence': 'one line|\nanother. And',
    'at a sentence end before a space': 'It ends.| Another',
    'at a question with a quotation mark': '“Why?”| he asked',
    'after the quotation mark that closes a French one': '«\u00a0Qui\u202f?\u00a0»| Personne',
    'after the quotation mark that closes a German one': '„Wer?“| fragte er',
    'at an Arabic question mark': 'هل يعارض أحد؟| لم',
    'at the full stop of Urdu': 'اجلاس ہوا۔| صدر',
    'at the danda of Hindi': 'बैठक हुई।| अध्यक्ष',
    'not at a no-break space, behind which that mark may follow': 'Qui\u202f?\u00a0',
    'before a quotation mark that opens': 'Ich kam.| »Du',
    'not after an abbreviation with a no-break space': 'p.\u00a012',
    'not at a decimal point': 'about 3.14 metres',
    'not in a file name': 'see main.ts for',
    'not after a title': 'Mr. Darcy',
    'not after e.g.': 'fruit, e.g. apples',
    'not before it is seen that a space follows': 'It ends.',
    'at a Chinese full stop, without a space': '他走了。|她',
    'after the quotation mark that closes a Chinese sentence': '“走吧。”|他说',
    'after two Chinese signs': '真的吗？！|他',
    'after the bracket that closes a Chinese sentence': '【全文完。】|作者',
    'at the full stop of a mathematical text in Chinese or Japanese': '故结论成立．|设',
    'not in a number': '图１．２',
    'not at a Chinese comma': '他走了，她',
    'not at a Chinese stop that may yet be followed by a quotation mark': '“走吧。',
  };
  for (const [name, marked] of Object.entries(cases)) {
    it(name, () => {
      check(marked);
    });
  }

  const continued: [name: string, before: string, text: string, end: number | null][] = [
    ['not after a title that stands before the text', 'said Mr', '. Darcy', null],
    ['not after the number of an item', 'First.\n', '2. Then', null],
    ['not after one whose number stands before the text', 'First.\n- 2', '. Then', null],
    ['not after the number of a heading', '# One\n\n', '## 1.2. Next', null],
    ['not after the number of a heading in Chinese', '绪论\n', '一．背景', null],
    ['after a number that ends a sentence', 'It was in ', '1984. Then', 5],
  ];
  for (const [name, before, text, end] of continued) {
    it(name, () => {
      const stop = findStop(text, { stopAtLineEnd: true, stopAtSentenceEnd: true }, before);
      assert.equal(stop?.length ?? null, end);
    });
  }

  it('a sentence that ends with its line is a line end', () => {
    assert.deepEqual(findStop('It ends.\nAnother', { stopAtLineEnd: true, stopAtSentenceEnd: true }), {
      length: 8,
      reason: 'lineEnd',
    });
  });

  it('lines and sentences go on when asked to', () => {
    check('one line\nanother. And', false, false);
    check('one line\nanother.| And', false, true);
    check('It ends. Another|\n', true, false);
  });
});

describe('a text that may go on', () => {
  it('law: is never shortened by what comes after it, so that it can be shown at once', () => {
    const signs = [
      '.',
      '。',
      '．',
      '！',
      '?',
      '…',
      '"',
      '“',
      '”',
      '’',
      '؟',
      ')',
      ']',
      '』',
      '»',
      ' ',
      '\u00a0',
      '\n',
      '\r',
      'M',
      'Mr',
      'e.g',
      '1',
      '他',
      '😀',
    ];
    const texts = fc.array(fc.constantFrom(...signs), { maxLength: 12 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(
        texts,
        texts,
        fc.boolean(),
        fc.boolean(),
        (text, more, stopAtLineEnd, stopAtSentenceEnd) => {
          const criteria = { stopAtLineEnd, stopAtSentenceEnd };
          fc.pre(findStop(text, criteria) === null);
          const stop = findStop(text + more, criteria);
          assert.ok(stop === null || stop.length >= text.length);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('a loop of tokens', () => {
  it('is noticed when a unit comes three times', () => {
    assert.equal(endsInLoop([9, 1, 2, 3, 1, 2, 3, 1, 2, 3]), true);
    assert.equal(endsInLoop([1, 2, 3, 1, 2, 3]), false);
    assert.equal(endsInLoop([1, 2, 3, 1, 2, 3, 1, 2, 3, 4]), false);
    assert.equal(endsInLoop([1, 2, 3, 4, 5, 1, 2, 3, 4, 5]), false, 'twice may be meant');
    assert.equal(endsInLoop(Array.from({ length: 100 }, (_, i) => i)), false, 'nor is a long text one');
  });

  it('is not seen in a short run of one token', () => {
    assert.equal(endsInLoop(new Array<number>(8).fill(5)), false);
    assert.equal(endsInLoop(new Array<number>(9).fill(5)), true);
  });
});
