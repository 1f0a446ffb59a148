import assert from 'node:assert/strict';
import { asArgument } from '../../../src/terminal/tryCommand';

describe('what try says to type next', () => {
  it('is one argument also where the folder has spaces in its name', () => {
    assert.equal(asArgument('/home/ann/小说'), '/home/ann/小说');
    assert.equal(asArgument('/home/ann/My Novel'), '"/home/ann/My Novel"');
    assert.equal(asArgument('C:\\Users\\Ann\\My Novel'), '"C:\\Users\\Ann\\My Novel"');
  });

  it('means the folder also where its name holds what a shell reads as something else', () => {
    assert.equal(asArgument('/home/ann/a $x "q"', 'linux'), `'/home/ann/a $x "q"'`);
    assert.equal(asArgument("/home/ann/Ann's $5", 'darwin'), String.raw`'/home/ann/Ann'\''s $5'`);
    assert.equal(asArgument("/home/ann/Ann's book", 'linux'), `"/home/ann/Ann's book"`);
    assert.equal(asArgument('C:\\Ann\\a $x', 'win32'), '"C:\\Ann\\a $x"');
  });
});
