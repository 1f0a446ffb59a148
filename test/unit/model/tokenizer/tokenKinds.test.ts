import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Tokenizer } from '../../../../src/model/tokenizer/tokenizer';
import { TOKEN_KINDS, tokenKinds } from '../../../../src/model/tokenizer/tokenKinds';

describe('tokenKinds', () => {
  const path = join(__dirname, '../../../../models/base/tokenizer.json');
  const tokenizer = Tokenizer.fromJson(JSON.parse(readFileSync(path, 'utf8')));
  const kinds = tokenKinds(tokenizer);
  const kindOfLast = (text: string): number => kinds[tokenizer.encode(text).at(-1)!];

  it('tells what a text ends in', () => {
    const ends = ['end\n', 'a \t', '中', 'and the', 'x', '7', 'end.', '，', '('];
    assert.deepEqual(ends.map(kindOfLast), [0, 1, 2, 3, 4, 5, 6, 6, 7]);
  });

  it('gives every token a kind that the gate has a place for', () => {
    assert.equal(kinds.length, tokenizer.vocabSize);
    assert.ok(kinds.every((kind) => kind < TOKEN_KINDS));
  });
});
