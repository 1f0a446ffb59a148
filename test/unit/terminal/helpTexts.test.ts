import assert from 'node:assert/strict';
import { COMMANDS } from '../../../src/terminal/commands';

const helpOf = (name: string): string => COMMANDS.find((command) => command.name === name)!.help();

describe('--help of the terminal tool', () => {
  it('calls no folder optional that is required', () => {
    for (const command of COMMANDS) {
      const text = command.help();
      if (text.includes('FOLDER is the current folder unless given')) {
        assert.match(text.split('\n')[0], /\[FOLDER\]/, command.name);
      }
    }
    assert.match(helpOf('model delete'), /^understudy model delete FOLDER /);
  });

  it('names for complete a single default folder', () => {
    assert.match(helpOf('complete'), /Without --folder, the current folder when it holds the file/);
    assert.doesNotMatch(helpOf('complete'), /default: the current folder/);
    assert.match(helpOf('generate'), /--folder FOLDER +\S.*default: the current folder/);
  });
});
