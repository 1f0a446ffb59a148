import assert from 'node:assert/strict';
import fc from 'fast-check';
import { InsertedRun } from '../../../src/editor/insertedRun';

describe('text that is inserted in one go', () => {
  let run: InsertedRun;
  const insert = (offset: number, text: string, replacedLength = 0) => {
    run.changed('draft', [{ rangeOffset: offset, rangeLength: replacedLength, text }]);
  };
  const lengthAt = (offset: number) => run.lengthBefore('draft', offset);

  beforeEach(() => {
    run = new InsertedRun();
  });

  it('grows with each key and acceptance, and shrinks with what is deleted at its end', () => {
    insert(10, 'H');
    insert(11, 'e');
    insert(12, ' went');
    assert.equal(lengthAt(17), 7);
    insert(15, '', 2);
    assert.deepEqual([lengthAt(15), lengthAt(17)], [5, 0]);
  });

  it('begins anew at another place, and with other edits', () => {
    insert(10, 'He');
    insert(3, 'x');
    assert.deepEqual([lengthAt(4), lengthAt(13)], [1, 0]);
    insert(0, 'y', 2);
    assert.equal(lengthAt(1), 0);
    insert(10, 'He');
    run.changed('draft', [
      { rangeOffset: 12, rangeLength: 0, text: ' ' },
      { rangeOffset: 2, rangeLength: 0, text: ' ' },
    ]);
    assert.equal(lengthAt(13), 0);
  });

  it('goes on where an input method writes its end anew', () => {
    insert(10, 'n');
    insert(10, 'ni', 1);
    insert(10, '你', 2);
    assert.equal(lengthAt(11), 1);
  });

  it('is that of each document, until it is closed', () => {
    insert(10, 'He');
    run.changed('output', [{ rangeOffset: 0, rangeLength: 0, text: 'line' }]);
    assert.equal(lengthAt(12), 2);
    run.closed('draft');
    assert.equal(lengthAt(12), 0);
  });

  it('stands in the text where it is said to end', () => {
    const edits = fc.array(
      fc.record({ at: fc.nat(30), replaced: fc.nat(3), text: fc.stringMatching(/^[a-c]{0,3}$/) }),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(edits, (all) => {
        const followed = new InsertedRun();
        // Upper case is what was there; all that is inserted is lower case.
        let text = 'ABCDEFGHIJ';
        for (const { at, replaced, text: added } of all) {
          const offset = Math.min(at, text.length);
          const replacedLength = Math.min(replaced, text.length - offset);
          text = text.slice(0, offset) + added + text.slice(offset + replacedLength);
          followed.changed('draft', [{ rangeOffset: offset, rangeLength: replacedLength, text: added }]);
          for (let end = 0; end <= text.length; end++) {
            const length = followed.lengthBefore('draft', end);
            assert.match(text.slice(end - length, end), /^[a-c]*$/);
          }
        }
      }),
    );
  });
});
