import assert from 'node:assert/strict';
import { trainBpe } from '../../../pretraining/trainBpe';
import { Tokenizer } from '../../../src/model/tokenizer/tokenizer';

describe('trainBpe', () => {
  it('merges the most frequent neighbours first', () => {
    const trained = trainBpe(
      new Map([
        ['low', 5],
        ['lower', 2],
        ['wow', 1],
      ]),
      260,
    );
    const learned = [257, 258, 259].map((id) => Buffer.from(trained.tokenBytes(id)).toString());
    assert.deepEqual(learned, ['ow', 'low', 'lowe']);
    assert.equal(trained.encode('lowlow').length, 2);
  });

  it('keeps words that are also names of properties of any object', () => {
    const words = ['constructor', 'prototype', '__proto__', 'valueOf'];
    const trained = trainBpe(new Map(words.map((word) => [word, 9])), 300);
    const copy = Tokenizer.fromJson(JSON.parse(JSON.stringify(trained.toJson())));
    assert.equal(copy.vocabSize, trained.vocabSize);
    for (const word of words) {
      assert.deepEqual(copy.encode(word), trained.encode(word));
    }
    assert.equal(copy.encode('constructor').length, 1);
  });

  it('says how small a vocabulary may be', () => {
    assert.throws(() => trainBpe(new Map(), 100), /at least 257/);
  });
});
