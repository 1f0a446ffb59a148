import assert from 'node:assert/strict';
import { resultWriter } from '../../../src/terminal/progressLine';

describe('the results of the terminal tool', () => {
  const written = (isTTY: boolean, part: string): string => {
    let all = '';
    resultWriter({ isTTY, write: (text) => (all += text) !== '' })(part);
    return all;
  };
  /** Writes into the clipboard, and clears the screen. */
  const hostile = 'one\t\x1b]52;c;cm0gLXJm\x07\x9b2J\r\ntwo 山 🙂\n';

  it('give a terminal no orders that stand in a text or a model of somebody else', () => {
    assert.equal(written(true, hostile), 'one\t�]52;c;cm0gLXJm��2J�\ntwo 山 🙂\n');
  });

  it('are left as they are where they go into a file or a pipe', () => {
    assert.equal(written(false, hostile), hostile);
  });
});
