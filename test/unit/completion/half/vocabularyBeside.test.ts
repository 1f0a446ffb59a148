import assert from 'node:assert/strict';
import { join } from 'node:path';
import { vocabularyBeside } from '../../../../src/completion/half/vocabularyBeside';

const fixture = (name: string): string => join(__dirname, '../../../fixtures/keras', name);

describe('the vocabulary of a Keras model', () => {
  it('is found beside it by its name', () => {
    assert.equal(vocabularyBeside(fixture('gpt.keras')), fixture('gpt.characters.json'));
  });

  it('is not taken from another model in the same folder', () => {
    assert.equal(vocabularyBeside(fixture('lstm.h5')), null);
  });
});
