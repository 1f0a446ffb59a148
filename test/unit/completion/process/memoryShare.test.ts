import assert from 'node:assert/strict';
import { checkMemory, memoryHere } from '../../../../src/completion/process/memoryShare';

describe('The memory that a model may take', () => {
  it('is that of the container where this has less than the machine', () => {
    assert.equal(memoryHere(32e9, 4e9), 4e9);
    assert.equal(memoryHere(32e9, 2 ** 64), 32e9, 'no limit');
    assert.equal(memoryHere(32e9, 0), 32e9, 'not known');
  });

  it('is refused in a sentence that names the model, its size and what there is', () => {
    checkMemory('small.gguf', 2.7e9, 4e9);
    assert.throws(() => {
      checkMemory('large.gguf', 2.9e9, 4e9);
    }, /^Error: large\.gguf \(2\.9 GB\) is too large for this machine's memory \(4\.0 GB\)\. Choose a smaller model/);
  });
});
