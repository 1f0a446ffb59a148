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

  it('shows how a command is called with the options that it needs', () => {
    const usageOf = (name: string) => helpOf(name).split('\n')[0];
    assert.equal(usageOf('complete'), 'understudy complete FILE --line N --column N [options]');
    assert.equal(usageOf('generate'), 'understudy generate --prompt TEXT [options]');
    assert.equal(usageOf('evaluate'), 'understudy evaluate FOLDER --split FILE [options]');
    assert.equal(usageOf('train'), 'understudy train FOLDER [options]');
  });

  it('names for complete a single default folder', () => {
    assert.match(helpOf('complete'), /Without --folder, uses the current folder when it holds the file/);
    assert.doesNotMatch(helpOf('complete'), /default: the current folder/);
    assert.match(helpOf('generate'), /--folder FOLDER +\S.*default: the current folder/);
  });

  it('names for complete every field of its JSON', () => {
    for (const field of ['insertText', 'confidence', 'milliseconds', 'stopReason', 'noSuggestionReason']) {
      assert.ok(helpOf('complete').includes(field), field);
    }
  });
});
