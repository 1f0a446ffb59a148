import assert from 'node:assert/strict';
import { refusePlace, textToJoin } from '../../../src/completion/cursorPlace';
import { cursorText } from '../../support/cursorText';

const refuse = (languageId: string, marked: string, midLineInCode = false) =>
  refusePlace({ languageId, ...cursorText(marked) }, midLineInCode);

describe('where ghost text may stand', () => {
  const code: Record<string, string> = {
    'at the end of a line': 'const x = █',
    'before closing brackets': 'foo(bar, █));\nbaz();',
    'inside quotes that the editor closed': 'import x from "█";',
    'before a closing tag': '<p>Hello █</p>',
    'before the end of a comment': '/* does █ */',
    'before white space': 'const x = █   \nnext',
  };
  for (const [name, marked] of Object.entries(code)) {
    it(`code: ${name}`, () => {
      assert.equal(refuse('typescript', marked), null);
    });
  }

  it('code: not before more code', () => {
    assert.equal(refuse('typescript', 'const █ = 5;'), 'midLine');
    assert.equal(refuse('python', 'foo(█) + bar'), 'midLine');
  });

  it('code: before more code where the user wants it, but not inside a word', () => {
    assert.equal(refuse('typescript', 'const █ = 5;', true), null);
    assert.equal(refuse('python', 'foo(█) + bar', true), null);
    assert.equal(refuse('python', 'fo█o(bar)', true), 'midWord');
  });

  it('prose: in the middle of a sentence too', () => {
    assert.equal(refuse('markdown', 'The fox █, as it were, jumps.'), null);
    assert.equal(refuse('latex', 'Let █ $x$ be'), null);
  });

  it('never inside a word, nor right before one', () => {
    assert.equal(refuse('markdown', 'under█stand'), 'midWord');
    assert.equal(refuse('markdown', 'I █understand'), 'midWord');
    assert.equal(refuse('typescript', 'foo█Bar()'), 'midWord');
    assert.equal(refuse('plaintext', 'naï█ve'), 'midWord');
  });

  it('Chinese: between two words, but not inside one', () => {
    assert.equal(refuse('markdown', '我们█学习中文'), null);
    assert.equal(refuse('markdown', '我们学█习中文'), 'midWord');
    assert.equal(refuse('markdown', '使用█React 组件'), null);
    assert.equal(refuse('markdown', '今天，█我们学习'), null);
  });

  it('not in a document with nothing before the cursor', () => {
    assert.equal(refuse('markdown', '█'), 'empty');
    assert.equal(refuse('markdown', '\n  █\nText'), 'empty');
  });
});

describe('the text that a suggestion has to join', () => {
  const cases: [languageId: string, marked: string, right: string][] = [
    ['markdown', 'He lit the█ at dusk.\nThen he slept.\n\nA week later', ' at dusk.\nThen he slept.'],
    ['markdown', 'He lit the█\nlamp at dusk.\n\nA week later', '\nlamp at dusk.'],
    ['markdown', 'He lit the lamp.█\nThen he slept.', ''],
    ['markdown', '- He lit the█\n- She slept', ''],
    ['markdown', 'He lit the█\n\nlamp', ''],
    ['markdown', 'He lit the█  \n\nlamp', ''],
    ['markdown', 'He lit the█', ''],
    ['plaintext', '他点亮了█在黄昏。', '在黄昏。'],
    ['typescript', 'call(first, █);\nnext();', ');'],
    ['typescript', 'const lamp = █\nlit();', ''],
    ['typescript', 'const lamp = █  ', ''],
  ];
  for (const [languageId, marked, right] of cases) {
    it(`in ${languageId} at ${JSON.stringify(marked)} is ${JSON.stringify(right)}`, () => {
      assert.equal(textToJoin({ languageId, suffix: cursorText(marked).suffix }), right);
    });
  }
});
