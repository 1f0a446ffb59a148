import assert from 'node:assert/strict';
import { placeAfter } from '../../../src/editor/placeAfter';

describe('the place after an inserted text', () => {
  it('is further in the line, or in the last line of the text', () => {
    assert.deepEqual(placeAfter({ line: 4, character: 10 }, 'lamp'), { line: 4, character: 14 });
    assert.deepEqual(placeAfter({ line: 4, character: 10 }, 'lamp\n  🙂'), { line: 5, character: 4 });
    assert.deepEqual(placeAfter({ line: 4, character: 10 }, 'lamp\n'), { line: 5, character: 0 });
    assert.deepEqual(placeAfter({ line: 4, character: 10 }, ''), { line: 4, character: 10 });
  });
});
