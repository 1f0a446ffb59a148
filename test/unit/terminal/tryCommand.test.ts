import assert from 'node:assert/strict';
import { asArgument, describeDrawn, describeScores } from '../../../src/terminal/tryCommand';

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

describe('the ghost text that try shows', () => {
  it('may be none, at places that were tried or for want of one', () => {
    assert.match(
      describeDrawn({ lines: [], tried: 2 }, '/f'),
      /^\nAt none of 2 places in .* certain enough to be shown\.\n$/,
    );
    assert.match(
      describeDrawn({ lines: [], tried: 0 }, '/f'),
      /^\nThe texts kept aside have no line that is long enough/,
    );
  });
});

describe('the score that try tells', () => {
  it('says of more bits that they are more', () => {
    const score = (mix: number) => ({ bytes: 2000, tokens: 600, bitsPerByte: { mix } });
    assert.match(
      describeScores(score(2), score(1.5)),
      / 2\.000 before .* 1\.500 after \(25\.0 % fewer\)\.$/m,
    );
    assert.match(describeScores(score(2), score(2.01)), /\(0\.5 % more\)\.$/m);
  });
});
