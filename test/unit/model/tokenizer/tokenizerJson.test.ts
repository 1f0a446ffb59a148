import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import {
  formatTokenizerJson,
  parseTokenizerJson,
  TokenizerError,
} from '../../../../src/model/tokenizer/tokenizerJson';
import { asError } from '../../../../src/protocol/asError';
import { faultsNoted } from '../../../support/faultsNoted';

interface File {
  added_tokens: { id: number; content: string }[];
  pre_tokenizer: { pretokenizers: [{ pattern: { Regex: string } }] };
  model: { type: string; vocab: Record<string, number>; merges: [string, string][] };
}
const shipped = JSON.parse(readFileSync('models/base/tokenizer.json', 'utf8')) as File;

describe('tokenizer.json', () => {
  it('is the same after it was read and written', () => {
    const vocabulary = parseTokenizerJson(shipped);
    const written = formatTokenizerJson(vocabulary);
    assert.deepEqual(written, shipped);
    assert.deepEqual(parseTokenizerJson(written), vocabulary);
  });

  it('may write a merge as one string, as older files do', () => {
    const older = structuredClone(shipped) as { model: { merges: unknown[] } };
    older.model.merges = shipped.model.merges.map((pair) => pair.join(' '));
    assert.deepEqual(parseTokenizerJson(older), parseTokenizerJson(shipped));
  });

  it('is refused at the first fault of one that was made to have a million', () => {
    const wrong = {
      ...shipped,
      added_tokens: Array(100).fill(1),
      model: { ...shipped.model, merges: Array(100).fill(1) },
    };
    assert.ok(faultsNoted(() => parseTokenizerJson(wrong)) < 10);
  });

  it('is refused by the place of its fault, not by what stands there, which may be long', () => {
    const refusal = (json: unknown): string => {
      try {
        parseTokenizerJson(json);
        return '';
      } catch (error) {
        return asError(error).message;
      }
    };
    const kind = 'x'.repeat(10_000);
    assert.match(refusal({ ...shipped, model: { ...shipped.model, type: kind } }), /\(see model\.type\)/);
    assert.match(refusal(kind), /^.{1,200}$/);
  });

  const refused: [what: string, change: (file: File) => void, why: RegExp][] = [
    ['of another kind', (file) => (file.model.type = 'WordPiece'), /not a byte-level BPE/],
    [
      'that cuts text otherwise',
      (file) => (file.pre_tokenizer.pretokenizers[0].pattern.Regex = '\\S+'),
      /another rule/,
    ],
    ['without a mark of a document', (file) => (file.added_tokens = []), /has no <\|endoftext\|> token/],
    ['with two tokens of one id', ({ model }) => (model.vocab['the'] = 5), /token 5 is not usable/],
    [
      'with a merge of nothing that it knows',
      ({ model }) => model.merges.push(['the', '\u0000']),
      /merge \d+ names a token that its vocabulary lacks/,
    ],
  ];
  for (const [what, change, why] of refused) {
    it(`is refused where it is a file ${what}, and says why`, () => {
      const file = structuredClone(shipped);
      change(file);
      assert.throws(
        () => parseTokenizerJson(file),
        (error) => error instanceof TokenizerError && why.test(error.message),
      );
    });
  }
});
