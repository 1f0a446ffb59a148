import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describeGhostLine, drawPlaces } from '../../../src/terminal/ghostLines';

describe('ghost lines', () => {
  it('stand after a word inside lines that are long enough', () => {
    const text = 'short\nthe quick brown fox jumps over the lazy dog\n';
    const places = drawPlaces([{ name: 'a.md', text }], 5, () => 0);
    assert.equal(places.length, 1);
    assert.equal(text.slice(0, places[0].offset), 'short\nthe quick brown ');
  });

  it('are drawn from all lines, from each at most once', () => {
    const words = ['one', 'two', 'three', 'four'];
    const text = words.map((word) => `${word} fox jumps over the lazy dog\n`).join('');
    for (const drawn of [0, 0.5, 0.999]) {
      const places = drawPlaces([{ name: 'a.md', text }], 5, () => drawn);
      const lines = places.map(({ offset }) => text.slice(0, offset).split('\n').length);
      assert.deepEqual(lines.sort(), [1, 2, 3, 4]);
    }
  });

  it('stand behind what is typed, however far a line is indented', () => {
    const indent = ' '.repeat(40);
    const text = `${indent}the quick brown fox jumps over the lazy dog\n`;
    for (const drawn of [0, 0.3, 0.999]) {
      const [{ offset }] = drawPlaces([{ name: 'a.md', text }], 1, () => drawn);
      assert.match(text.slice(indent.length, offset), /^the quick/);
    }
  });

  it('stand between whole characters of a text without spaces', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('😀', '𐀀', '中'), minLength: 24, maxLength: 60 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (text, drawn) => {
          const [{ offset }] = drawPlaces([{ name: 'a.md', text }], 1, () => drawn);
          assert.ok(offset > 0 && offset < text.length);
          assert.doesNotMatch(text.slice(0, offset), /\p{Surrogate}/u);
        },
      ),
    );
  });

  it('show what is typed, suggested and really there, and mark what is right', () => {
    const file = { name: 'a.md', text: 'one\n  the quick brown fox jumps' };
    const offset = file.text.indexOf('brown');
    assert.equal(
      describeGhostLine({ file, offset, suggestion: 'brown fox' }, 12),
      'a.md:2\n  typed      the quick \n  suggested  brown fox  ✓\n  really     brown fox j…',
    );
    assert.match(
      describeGhostLine({ file, offset, suggestion: 'red fox' }, 6),
      /typed {6}…uick \n.*red fox\n/,
    );
  });

  it('are cut by the columns that Chinese takes, two a character', () => {
    const text = '林砚秋推开客栈的门，风雪一下子灌了进来';
    assert.equal(
      describeGhostLine({ file: { name: 'a.md', text }, offset: 10, suggestion: '风雪' }, 12),
      'a.md:1\n  typed      …客栈的门，\n  suggested  风雪  ✓\n  really     风雪一下子…',
    );
  });

  it('mark nothing that ends inside a word, as it is not what was written', () => {
    const file = { name: 'a.tex', text: 'see the functions and there' };
    const line = (before: string, suggestion: string) =>
      describeGhostLine({ file, offset: before.length, suggestion }, 40);
    assert.match(line('see the functi', 'on'), /\n {2}suggested {2}on\n/);
    assert.match(line('see the functi', 'on of'), /\n {2}suggested {2}on of\n/);
    assert.match(line('see the functi', 'ons or'), /\n {2}suggested {2}ons or {2}\(first word ✓\)\n/);
    assert.match(line('see the functions and ', 'the'), /\n {2}suggested {2}the\n/);
  });

  it('call no quotation mark a word', () => {
    const file = { name: 'a.rs', text: 'insert("Daniel", "164-6743");' };
    const shown = (suggestion: string) => describeGhostLine({ file, offset: 17, suggestion }, 40);
    assert.match(shown('"798-1364");'), /\n {2}suggested {2}"798-1364"\);\n/);
    assert.match(shown('"164-6743");'), /\n {2}suggested {2}"164-6743"\); {2}✓\n/);
  });

  it('hold nothing that a terminal would obey', () => {
    const file = { name: 'a\nb.md', text: '\u001b[31mthe quick\tbrown fox' };
    assert.equal(
      describeGhostLine({ file, offset: 14, suggestion: '\u009b2J' }, 40),
      'a\ufffdb.md:1\n  typed      \ufffd[31mthe quick\n  suggested  \ufffd2J\n  really     \tbrown fox',
    );
  });
});
