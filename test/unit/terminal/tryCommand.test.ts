import assert from 'node:assert/strict';
import { asArgument } from '../../../src/terminal/tryCommand';

describe('what try says to type next', () => {
  it('is one argument also where the folder has spaces in its name', () => {
    assert.equal(asArgument('/home/ann/小说'), '/home/ann/小说');
    assert.equal(asArgument('/home/ann/My Novel'), '"/home/ann/My Novel"');
    assert.equal(asArgument('C:\\Users\\Ann\\My Novel'), '"C:\\Users\\Ann\\My Novel"');
  });
});
