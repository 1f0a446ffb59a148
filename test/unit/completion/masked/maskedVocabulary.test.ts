import assert from 'node:assert/strict';
import { maskedVocabulary } from '../../../../src/completion/masked/maskedVocabulary';

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
      model: {
        type: 'WordPiece',
        unk_token: '[UNK]',
        continuing_subword_prefix: '##',
        max_input_chars_per_word: 100,
        vocab: Object.fromEntries(words),
      },
    };
    const { size, maskId, head, tail } = maskedVocabulary(JSON.stringify(json), 'large');
    assert.deepEqual([size, maskId, head, tail], [250_002, 4, [2], [3]]);
  });
});
