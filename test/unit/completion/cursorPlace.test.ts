import assert from 'node:assert/strict';
import {
  apartFromNextWord,
  refusePlace,
  restOfWord,
  runsIntoWord,
  textToJoin,
} from '../../../src/completion/cursorPlace';
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
    'before closing brackets and quotes of Chinese': 'show("请先打开文件（见“设置█”）");',
    'before a Chinese separator': '// 先打开（文件█），',
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

describe('a text that was written right before a word', () => {
  const runsIn = (languageId: string, marked: string): boolean =>
    runsIntoWord({ uri: 'draft', languageId, ...cursorText(marked) });

  it('runs into it where it ends in a word, and in prose where it ends in a mark', () => {
    for (const marked of ['the house█was lit', 'was lit.█The lamp', 'was “lit”█the lamp', 'in 1905█was']) {
      assert.ok(runsIn('markdown', marked), marked);
    }
    assert.ok(runsIn('python', 'return lamp█lit'));
  });

  it('does not where it is apart, or needs not be', () => {
    for (const marked of [
      'the house █was lit',
      'was lit.\n█The lamp',
      'the lamp█, lit',
      'lit█',
      '(█lit',
      '灯█亮了',
      '灯亮█了',
      '使用█React',
    ]) {
      assert.ok(!runsIn('markdown', marked), marked);
    }
    assert.ok(!runsIn('python', 'lamp.█lit'));
  });
});

describe('words that are inserted right before a word', () => {
  /** Whether what is written between the bars counts as apart from the word that follows. */
  const isApart = (marked: string): boolean => {
    const [before, inserted, suffix] = marked.split('|');
    const document = { uri: 'draft', languageId: 'markdown', prefix: before + inserted, suffix };
    const apart = apartFromNextWord(document, inserted.length);
    assert.deepEqual({ ...apart, suffix }, document, 'all else stays');
    assert.ok([suffix, ` ${suffix}`].includes(apart.suffix));
    return apart.suffix !== suffix;
  };

  it('are no part of it, from the second one on', () => {
    assert.ok(isApart('She waited. |He w|The door opened.'));
    assert.ok(isApart('She waited. |He went in. |The door opened.'));
    assert.ok(isApart('the |old and w|house'));
    assert.ok(isApart('|He w|The door opened.'));
  });

  it('may be part of it while there is only one', () => {
    assert.ok(!isApart('She waited. |H|The door opened.'));
    assert.ok(!isApart('I was |un|happy'));
    assert.ok(!isApart('in the old |wood-s|house'));
    assert.ok(!isApart('black||bird'));
  });

  it('need no space where none is missing', () => {
    for (const marked of [
      'the |old and w| house',
      'He |went on, a|, as',
      'text |on the l|',
      '我们|学习 和|中文',
    ]) {
      assert.ok(!isApart(marked), marked);
    }
  });

  it('end with their line', () => {
    assert.ok(!isApart('She waited. |He went in.\n|The door opened.'));
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

describe('the rest of the word that the cursor is in', () => {
  for (const [marked, rest] of [
    ['the hou█se was lit', 'se'],
    ['they do█n’t', 'n’t'],
    ['they don█’t', '’t'],
    ['lam█p.lit()', 'p'],
    ['lamp█.lit()', ''],
    ['light█_house', '_house'],
    ['the house█ was', ''],
    ['the █house', ''],
    ['the house█', ''],
    ['nai█\u0308ve', '\u0308ve'],
    ['我喜█欢灯塔', '欢'],
    ['我喜欢█灯塔', ''],
    ['使用█React', ''],
    ['a█\nb', ''],
  ] as const) {
    it(`is "${rest}" in "${marked}"`, () => {
      assert.equal(restOfWord(cursorText(marked)), rest);
    });
  }
});
