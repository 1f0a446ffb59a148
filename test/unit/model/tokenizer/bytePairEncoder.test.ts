import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as tokenizers from '@huggingface/tokenizers';
import fc from 'fast-check';
import { BytePairEncoder, type BytePairRules } from '../../../../src/model/tokenizer/bytePairEncoder';
import { textPieces } from '../../../../src/completion/half/gguf/textPieces';

const { Tokenizer } = tokenizers as unknown as {
  Tokenizer: new (
    description: object,
    configuration: object,
  ) => { encode(text: string, options: object): { ids: number[] } };
};
const { model } = JSON.parse(readFileSync('models/base/tokenizer.json', 'utf8')) as {
  model: { vocab: Record<string, number>; merges: [string, string][] };
};
const tokens = Object.entries(model.vocab)
  .sort(([, a], [, b]) => a - b)
  .map(([text]) => text);

function rulesOf(name: string, added: BytePairRules['added'] = []): BytePairRules {
  return { tokens, merges: model.merges, added, ...textPieces(name) };
}

/** The same rules as Hugging Face's library reads them. */
function libraryEncode({ patterns, wholeWordsFirst, added }: BytePairRules): (text: string) => number[] {
  const plain = { special: false, single_word: false, lstrip: false, rstrip: false, normalized: false };
  const splits = patterns.map((Regex) => ({
    type: 'Split',
    pattern: { Regex },
    behavior: 'Isolated',
    invert: false,
  }));
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false };
  const library = new Tokenizer(
    {
      added_tokens: added.map((one) => ({ ...plain, ...one })),
      normalizer: null,
      pre_tokenizer: { type: 'Sequence', pretokenizers: [...splits, byteLevel] },
      post_processor: null,
      decoder: null,
      model: { type: 'BPE', vocab: model.vocab, merges: model.merges, ignore_merges: wholeWordsFirst },
    },
    {},
  );
  return (text) => (text === '' ? [] : library.encode(text, { add_special_tokens: false }).ids);
}

const PARTS =
  "the| there| under|stand|don't| I'LL|  |\n|\n\n|\r\n|\t|12|7|½| 2024|café|é|中文|，|🙂|👩‍👩‍👧| |\u0085|{x}|\\section|<tool>|<tool>>|<a-z>|[^.*]|==|ﬁ";
const texts = fc.oneof(
  fc.array(fc.constantFrom(...PARTS.split('|')), { maxLength: 12 }).map((parts) => parts.join('')),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
);

describe('any byte-pair encoding', () => {
  const added = [
    { id: tokens.length, content: '<tool>' },
    { id: tokens.length + 1, content: '<tool>>' },
    { id: tokens.length + 2, content: '<a-z>' },
    { id: tokens.length + 3, content: '[^.*]' },
  ];
  const kinds: [name: string, rules: BytePairRules][] = [
    ['digits one by one', rulesOf('smollm')],
    ['pieces that are tokens whole', rulesOf('llama3')],
    ['words by their case', rulesOf('gpt-4o')],
    ['texts that are tokens wherever they stand', rulesOf('gpt2', added)],
  ];
  for (const [name, rules] of kinds) {
    it(`law: cuts a text as Hugging Face’s library does: ${name}`, () => {
      const encoder = new BytePairEncoder(rules);
      const expected = libraryEncode(rules);
      fc.assert(
        fc.property(texts, (text) => {
          assert.deepEqual(encoder.encode(text), expected(text));
        }),
        { numRuns: 200 },
      );
    });
  }

  it('gives bytes that its vocabulary lacks no token', () => {
    const encoder = new BytePairEncoder({
      tokens: ['a', 'b', 'ab'],
      merges: [
        ['a', 'b'],
        ['ab', 'c'],
      ],
      patterns: [],
      wholeWordsFirst: false,
      added: [],
    });
    assert.deepEqual(encoder.encode('abcab'), [2, 2]);
  });

  it('does not cut a text at a token without text, which a damaged vocabulary may name', () => {
    const rules = rulesOf('gpt2');
    const encoder = new BytePairEncoder({ ...rules, added: [{ id: tokens.length, content: '' }] });
    for (const text of ['the band', '🙂']) {
      assert.deepEqual(encoder.encode(text), new BytePairEncoder(rules).encode(text));
    }
  });
});
