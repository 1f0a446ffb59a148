import assert from 'node:assert/strict';
import { join, resolve } from 'node:path';
import { chosenHalf } from '../../../src/terminal/halfOption';

const given = (half?: string, vocabulary?: string, model?: string) =>
  chosenHalf({ half, vocabulary, 'half-name': model }, '/product');

describe('a language model named to the terminal tool', () => {
  it('is known by its ending, or by an address', () => {
    assert.equal(given(), null);
    assert.deepEqual(given('a.GGUF'), {
      kind: 'gguf',
      path: resolve('a.GGUF'),
      modulePath: join('/product', '.cache', 'llama'),
    });
    assert.deepEqual(given('a.h5', 'words.json'), {
      kind: 'keras',
      path: resolve('a.h5'),
      vocabularyPath: resolve('words.json'),
    });
    assert.deepEqual(given('http://localhost:8080', undefined, 'small'), {
      kind: 'server',
      address: 'http://localhost:8080',
      model: 'small',
    });
  });

  it('is refused by its name when it is neither, and so is an option that would do nothing', () => {
    assert.throws(
      () => given('model.bin'),
      /--half takes a \.gguf, \.h5 or \.keras file.*not "model\.bin"\./,
    );
    assert.throws(
      () => given('https://me:secret@localhost:99999/v1'),
      /^Error: --half takes no name or password in an address; set the key in UNDERSTUDY_SERVER_KEY\.$/,
    );
    assert.throws(() => given(undefined, 'words.json'), /--vocabulary does nothing without --half\./);
    assert.throws(() => given(undefined, undefined, 'small'), /--half-name does nothing without --half\./);
    assert.throws(() => given('a.gguf', 'words.json'), /--vocabulary does nothing with a\.gguf/);
    assert.throws(() => given('a.h5', undefined, 'small'), /--half-name does nothing with a\.h5/);
  });
});
