import assert from 'node:assert/strict';
import { join, resolve } from 'node:path';
import { isBelow } from '../../../src/terminal/completeCommand';

describe('the folder whose texts complete a file', () => {
  it('holds the file, whatever dots its name begins with', () => {
    assert.ok(isBelow(resolve('notes.md'), '.'));
    assert.ok(isBelow(resolve('..drafts', 'notes.md'), '.'));
    assert.ok(!isBelow(resolve('..', 'notes.md'), '.'));
    assert.ok(!isBelow(join(resolve('..'), 'elsewhere', 'notes.md'), '.'));
  });
});
