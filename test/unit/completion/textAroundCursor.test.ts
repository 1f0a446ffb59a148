import assert from 'node:assert/strict';
import fc from 'fast-check';
import { selectedBefore, textAroundCursor } from '../../../src/completion/textAroundCursor';
import { cursorText } from '../../support/cursorText';

const around = (text: string, offset: number) =>
  textAroundCursor('a', 'markdown', offset, (start, end) => text.slice(start, end));
const aroundCursor = (marked: string) => {
  const { prefix, suffix } = cursorText(marked);
  return around(prefix + suffix, prefix.length);
};

describe('the text around the cursor', () => {
  it('is all of a short document', () => {
    assert.deepEqual(aroundCursor('const x = █;\n'), {
      uri: 'a',
      languageId: 'markdown',
      prefix: 'const x = ',
      suffix: ';\n',
    });
  });

  it('has plain line ends in a document with CRLF', () => {
    const { prefix, suffix } = aroundCursor('one\r\ntwo █\r\nthree\r\n');
    assert.deepEqual([prefix, suffix], ['one\ntwo ', '\nthree\n']);
  });

  it('starts at a whole line of a long document, and stays there while the user types on', () => {
    const text = Array.from({ length: 20_000 }, (_, i) => `Line ${i} of the document.\n`).join('');
    const first = around(text, 200_000);
    assert.ok(first.prefix.length <= 64 * 1024 && first.prefix.length > 16 * 1024);
    assert.match(first.prefix, /^Line \d+ of/);
    assert.ok(first.suffix.length <= 64 * 1024);
    const later = around(text, 200_500);
    assert.ok(later.prefix.startsWith(first.prefix));
  });

  it('is there also on the line after a very long one', () => {
    const text = `${'The lamp burned low. '.repeat(5000)}\nAnd `;
    const { prefix } = around(text, text.length);
    assert.ok(prefix.length > 16 * 1024);
    assert.ok(prefix.endsWith('low. \nAnd '));
  });

  it('is cut between two characters in a document of one long line', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60_000 }), (position) => {
        const text = '😀'.repeat(60_000);
        const { prefix } = around(text, 2 * position);
        assert.ok(prefix.length <= 64 * 1024);
        assert.ok(!/[\ud800-\udfff]/u.test(prefix));
      }),
    );
  });

  it('ends with a whole character of a long document, and with no half of a line end', () => {
    for (const [text, end] of [
      ['a' + '😀'.repeat(60_000), '😀'],
      ['a' + '\r\n'.repeat(60_000), '\n'],
    ]) {
      assert.ok(around(text, 0).suffix.endsWith(end));
    }
    assert.equal(around('a\r', 0).suffix, 'a\r', 'a short one is left alone');
  });

  it('is a selected text alone where there is one, and no more of a very long one', () => {
    const text = 'One.\r\nTwo.\r\n';
    const prompt = (selected: string) => selectedBefore(around(text, text.length), selected).prefix;
    assert.deepEqual(['Two.\r\n', text, ''].map(prompt), ['Two.\n', 'One.\nTwo.\n', 'One.\nTwo.\n']);
    const long = 'The lamp burned low.\n'.repeat(100_000);
    const before = around(long, long.length);
    assert.equal(selectedBefore(before, long).prefix, before.prefix);
  });
});
