import assert from 'node:assert/strict';
import { maskedVocabulary } from '../../../../src/completion/masked/maskedVocabulary';
import { faultsNoted } from '../../../support/faultsNoted';

const wordPiece = (vocab: Readonly<Record<string, number>>) => ({
  type: 'WordPiece',
  unk_token: '[UNK]',
  continuing_subword_prefix: '##',
  max_input_chars_per_word: 100,
  vocab,
});

describe('the vocabulary of a masked model', () => {
  it('may have the tokens of a hundred languages', () => {
    const marks = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'a'];
    const words = Array.from({ length: 250_002 }, (_, id) => [marks[id] ?? `w${id}`, id] as const);
    const json = {
      added_tokens: [],
      normalizer: null,
      pre_tokenizer: { type: 'Whitespace' },
      post_processor: { type: 'BertProcessing', sep: ['[SEP]', 3], cls: ['[CLS]', 2] },
      decoder: null,
      model: wordPiece(Object.fromEntries(words)),
    };
    // An editor may have put a byte order mark before it.
    const text = `\ufeff${JSON.stringify(json)}`;
    const { size, maskId, head, tail } = maskedVocabulary(text, 'large', () => undefined);
    assert.deepEqual([size, maskId, head, tail], [250_002, 4, [2], [3]]);
  });

  const replace = (pattern: object, content: string): object => ({ type: 'Replace', pattern, content });
  const cutBy = (...normalizers: object[]): string =>
    JSON.stringify({
      added_tokens: [],
      normalizer: { type: 'Sequence', normalizers },
      pre_tokenizer: { type: 'Whitespace' },
      post_processor: null,
      decoder: null,
      model: wordPiece({ '[UNK]': 0, '[MASK]': 1, a: 2 }),
    });
  const endless = replace({ Regex: '(x+x+)+y' }, ' ');

  it('gives no tokens any more, and says so once, when a regular expression of its file does not end', () => {
    const told: string[] = [];
    const { encode } = maskedVocabulary(cutBy(endless), 'small', (sentence) => told.push(sentence));
    assert.deepEqual(encode('a a'), [2, 2]);
    assert.deepEqual([encode('x'.repeat(40)), encode('a a')], [[], []]);
    assert.deepEqual(told, [
      'A regular expression in small/tokenizer.json did not finish on a piece of text, so the model is not asked any more. Choose another one, or repair that file.',
    ]);
  });

  it('is refused when a regular expression of its file does not end on a letter', () => {
    const lengthened = replace({ String: 'a' }, 'x'.repeat(40));
    assert.throws(
      () => maskedVocabulary(cutBy(lengthened, endless), 'small', () => undefined),
      /^Error: A regular expression in small\/tokenizer\.json did not finish/,
    );
  });

  it('is refused at the first fault of one that was made to have a million', () => {
    const wrong = JSON.stringify({ added_tokens: Array(100).fill(1), model: { vocab: {} } });
    assert.ok(faultsNoted(() => maskedVocabulary(wrong, 'wrong', () => undefined)) < 10);
  });

  it('is refused in one sentence when its entries have wrong types, before memory is allocated for its numbers', () => {
    const vocab = { '[UNK]': 0, '[MASK]': 1, a: 2 };
    const parts = {
      added_tokens: [],
      normalizer: null,
      pre_tokenizer: { type: 'Whitespace' },
      post_processor: null,
      decoder: null,
      model: wordPiece(vocab),
    };
    const mark = (id: unknown) => [{ id, content: '[MASK]', special: true }];
    const refused: [change: object, sentence: RegExp][] = [
      [
        { model: wordPiece({ ...vocab, a: 2 ** 31 }) },
        /cannot be read \(it is damaged or of an unknown kind\)\./,
      ],
      [{ model: wordPiece({ ...vocab, a: 0.5 }) }, /it is damaged or of an unknown kind/],
      [{ added_tokens: mark(2 ** 31) }, /it is damaged or of an unknown kind/],
      [{ added_tokens: 5 }, /it is damaged or of an unknown kind/],
      [{ decoder: { type: 'Odd' } }, /cannot be read \(Unknown Decoder type: Odd\)\. Download it again/],
      [{ model: { ...wordPiece(vocab), unk_token: 'unknown' } }, /it has no token for what it does not know/],
      [
        { model: { type: 'WordLevel', unk_token: '[UNK]', vocab } },
        /^The tokenizer\.json of odd is a list of whole words \(WordLevel\), which does not serve here\. Choose a model /,
      ],
      [
        { post_processor: { type: 'TemplateProcessing', single: [5], pair: [], special_tokens: {} } },
        /^A piece of text cannot be cut into tokens by odd\/tokenizer\.json \(it is damaged .*repair that file\.$/,
      ],
    ];
    for (const [change, message] of refused) {
      const json = JSON.stringify({ ...parts, ...change });
      assert.throws(() => maskedVocabulary(json, 'odd', () => undefined), { message });
    }
    assert.throws(() => maskedVocabulary('{"a', 'odd', () => undefined), {
      message:
        /^The tokenizer\.json of odd cannot be read \(it is damaged or of an unknown kind\)\. Download/,
    });
  });
});
