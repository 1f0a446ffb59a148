import assert from 'node:assert/strict';
import fc from 'fast-check';
import { UsageError } from '../../../src/terminal/commandLine';
import { cursorOffset } from '../../../src/terminal/cursorOffset';

describe('cursor offset', () => {
  it('finds every place of a text by its line and column', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', ' ', '\n', '中') }), fc.nat(), (text, n) => {
        const offset = n % (text.length + 1);
        const before = text.slice(0, offset).split('\n');
        assert.equal(cursorOffset(text, before.length, before.at(-1)!.length + 1), offset);
      }),
    );
  });

  it('says how many lines and columns there are', () => {
    const messageOf = (line: number, column: number) => {
      try {
        cursorOffset('ab\nc', line, column);
      } catch (error) {
        assert.ok(error instanceof UsageError);
        return error.message;
      }
      return assert.fail('the place was found');
    };
    assert.equal(messageOf(3, 1), '--line 3 is past the end: the file has 2 lines.');
    assert.equal(messageOf(1, 4), '--column 4 is past the end of line 1: its last column is 3.');
    assert.equal(messageOf(2, 3), '--column 3 is past the end of line 2: its last column is 2.');
  });
});
