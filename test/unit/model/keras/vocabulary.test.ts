import * as assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { readVocabulary } from '../../../../src/model/keras/vocabulary/readVocabulary';
import { checkVocabularySize, VocabularyError } from '../../../../src/model/keras/vocabulary/vocabulary';
import { faultsNoted } from '../../../support/faultsNoted';
import { processorSeconds } from '../../../support/processorSeconds';

const root = join(__dirname, '../../../..');
const fixture = (name: string): Buffer => readFileSync(join(root, 'test/fixtures/keras', name));

const kerasTokenizer = (config: Record<string, unknown>): string =>
  JSON.stringify({
    class_name: 'Tokenizer',
    config: {
      num_words: null,
      filters: '.,',
      lower: true,
      split: ' ',
      char_level: false,
      oov_token: null,
      word_index: JSON.stringify({ the: 1, cat: 2, sat: 3 }),
      ...config,
    },
  });

describe('The vocabulary beside a Keras model', () => {
  it("is what Keras' Tokenizer saved, with 10,000 words", () => {
    const text = gunzipSync(fixture('words.tokenizer.json.gz')).toString();
    const vocabulary = readVocabulary(text, 'words.json');
    assert.equal(vocabulary.kind, 'words');
    assert.deepEqual(
      { ...vocabulary, words: vocabulary.words.slice(0, 4), filters: vocabulary.filters.slice(0, 4) },
      {
        kind: 'words',
        size: 10000,
        largestSize: 10001,
        unknownId: 1,
        isLowerCase: true,
        filters: '!"#$',
        separator: ' ',
        words: [null, null, 'bada', 'baden'],
      },
    );
    checkVocabularySize(vocabulary, 'words.json', 10000, 'words.h5');
  });

  it('keeps the words that num_words leaves, and accepts a softmax of any size in common use', () => {
    const vocabulary = readVocabulary(kerasTokenizer({ num_words: 3 }), 'tokenizer.json');
    assert.deepEqual(vocabulary.kind === 'words' && vocabulary.words, [null, 'the', 'cat']);
    for (const size of [3, 4, 5]) {
      checkVocabularySize(vocabulary, 'tokenizer.json', size, 'model.h5');
    }
    assert.throws(
      () => {
        checkVocabularySize(vocabulary, 'tokenizer.json', 6, 'model.h5');
      },
      {
        message:
          'The vocabulary "tokenizer.json" is not that of the Keras model "model.h5": the model predicts 6 tokens, and the vocabulary has between 3 and 5. Choose the vocabulary that the model was trained with.',
      },
    );
  });

  it('holds words that every JavaScript object has as well', () => {
    const index = { the: 1, constructor: 2, prototype: 3 };
    for (const wordIndex of [index, JSON.stringify(index)]) {
      const vocabulary = readVocabulary(kerasTokenizer({ word_index: wordIndex }), 'tokenizer.json');
      assert.deepEqual(vocabulary.kind === 'words' && vocabulary.words, [
        null,
        'the',
        'constructor',
        'prototype',
      ]);
    }
    const model = { type: 'BPE', vocab: { a: 0, constructor: 1 }, merges: [] };
    const pairs = readVocabulary(JSON.stringify({ decoder: { type: 'ByteLevel' }, model }), 'tokenizer.json');
    assert.ok(pairs.kind === 'bpe');
    assert.deepEqual(
      pairs.tokens.map((bytes) => bytes && Buffer.from(bytes).toString()),
      ['a', 'constructor'],
    );
  });

  it('may be of characters, by level or as a list, an object or a text', () => {
    const expected = [null, 'a', 'b', '\n'];
    const level = kerasTokenizer({ char_level: true, word_index: { a: 1, b: 2, '\n': 3 }, filters: null });
    const files: [string, string][] = [
      [level, 'tokenizer.json'],
      [JSON.stringify(level), 'tokenizer.json'],
      ['{"a": 1, "b": 2, "\\n": 3}', 'characters.json'],
      ['{"1": "a", "2": "b", "3": "\\n"}', 'characters.json'],
      ['["", "a", "b", "\\n"]', 'characters.json'],
    ];
    for (const [text, name] of files) {
      const vocabulary = readVocabulary(text, name);
      assert.ok(vocabulary.kind === 'characters', text);
      assert.deepEqual(vocabulary.characters, expected, text);
    }
    // Editors end a file with a line break, which is no character where it is one already.
    const texts = ['\n !é😀', '\n !é😀\n', '\\n\n \n!\né\n😀\n', '["\\n", " ", "!", "é", "😀"]'];
    const onWindows = ['\\n\r\n \r\n!\r\né\r\n😀\r\n', ...texts.map((text) => `\ufeff${text}`)];
    for (const text of [...texts, ...onWindows]) {
      const vocabulary = readVocabulary(text, 'characters.txt');
      assert.ok(vocabulary.kind === 'characters', text);
      assert.deepEqual(vocabulary.characters, ['\n', ' ', '!', 'é', '😀'], text);
      assert.equal(vocabulary.isLowerCase, false);
    }
  });

  it('may be the list of words that TextVectorization gives', () => {
    const vocabulary = readVocabulary('["", "[UNK]", "the", "cat"]', 'vocabulary.json');
    assert.ok(vocabulary.kind === 'words');
    assert.deepEqual(vocabulary.words, [null, null, 'the', 'cat']);
    assert.deepEqual([vocabulary.unknownId, vocabulary.isLowerCase], [1, true]);
    assert.ok(vocabulary.filters.includes(','));
  });

  it("may be a tokenizer.json, in GPT-2's bytes or in SentencePiece's", () => {
    const shipped = readFileSync(join(root, 'models/base/tokenizer.json'), 'utf8');
    const own = readVocabulary(shipped, 'tokenizer.json');
    assert.ok(own.kind === 'bpe');
    assert.equal(own.size, 4096);
    assert.equal(own.tokens[own.endOfTextId!], null);
    assert.ok(own.tokens.some((bytes) => bytes !== null && new TextDecoder().decode(bytes) === ' the'));
    const sentencePiece = {
      added_tokens: [
        { id: 1, content: '<s>', special: true },
        { id: 5, content: '▁▁', special: false },
      ],
      model: {
        type: 'BPE',
        byte_fallback: true,
        unk_token: '<unk>',
        vocab: { '<unk>': 0, '<s>': 1, '<0x0A>': 2, '▁the': 3, é: 4 },
        merges: [],
      },
    };
    const other = readVocabulary(JSON.stringify(sentencePiece), 'tokenizer.json');
    assert.ok(other.kind === 'bpe');
    assert.deepEqual(
      other.tokens.map((bytes) => bytes && Buffer.from(bytes).toString()),
      [null, null, '\n', ' the', 'é', '▁▁'],
    );
    assert.deepEqual([other.beginOfTextId, other.unknownId], [1, 0]);
  });

  it('may be a tokenizer.json of whole words', () => {
    const json = {
      added_tokens: [{ id: 0, content: '[PAD]', special: true }],
      pre_tokenizer: { type: 'Whitespace' },
      model: { type: 'WordLevel', vocab: { '[PAD]': 0, '[UNK]': 1, the: 2, Cat: 3 }, unk_token: '[UNK]' },
    };
    const vocabulary = readVocabulary(JSON.stringify(json), 'tokenizer.json');
    assert.ok(vocabulary.kind === 'words');
    assert.deepEqual(vocabulary.words, [null, null, 'the', 'Cat']);
    assert.deepEqual([vocabulary.unknownId, vocabulary.isLowerCase], [1, false]);
  });

  it('puts a space before a document where its tokenizer does, but not before a text that goes on', () => {
    const metaspace = { type: 'Metaspace', replacement: '▁', split: true };
    const replace = { type: 'Replace', pattern: { String: ' ' }, content: '▁' };
    const llama = [{ type: 'Prepend', prepend: '▁' }, replace];
    const sentencePiece = { type: 'BPE', vocab: { h: 0, e: 1, '▁': 2, he: 3, '▁he': 4 } };
    const merges = [
      ['h', 'e'],
      ['▁', 'he'],
    ];
    const bytes = { type: 'BPE', vocab: { h: 0, e: 1, Ġ: 2, he: 3, Ġhe: 4 } };
    const byteMerges = [merges[0], ['Ġ', 'he']];
    const byteLevel = { type: 'ByteLevel', add_prefix_space: true, use_regex: true };
    const kinds: [object, string][] = [
      [{ pre_tokenizer: { ...metaspace, prepend_scheme: 'always' } }, ' '],
      [{ pre_tokenizer: { ...metaspace, prepend_scheme: 'first' } }, ' '],
      [{ pre_tokenizer: { ...metaspace, add_prefix_space: true } }, ' '],
      [{ pre_tokenizer: { ...metaspace, prepend_scheme: 'never' } }, ''],
      [{ normalizer: { type: 'Sequence', normalizers: llama } }, ' '],
      [{ normalizer: replace }, ''],
      [{ pre_tokenizer: byteLevel, model: { ...bytes, merges: byteMerges } }, ' '],
      [
        { pre_tokenizer: { ...byteLevel, add_prefix_space: false }, model: { ...bytes, merges: byteMerges } },
        '',
      ],
    ];
    for (const [parts, prefix] of kinds) {
      const json = JSON.stringify({ model: { ...sentencePiece, merges }, ...parts });
      const vocabulary = readVocabulary(json, 'tokenizer.json');
      assert.ok(vocabulary.kind === 'bpe');
      const { encode, documentPrefix } = vocabulary;
      assert.deepEqual([[...encode('he')], [...encode(' he')], documentPrefix], [[3], [4], prefix], json);
    }
  });

  it('must be watched where it has patterns other than those of Understudy, or lengthens a text again and again', () => {
    const own = JSON.parse(readFileSync(join(root, 'models/base/tokenizer.json'), 'utf8')) as object;
    const mayHang = (json: object): unknown => {
      const vocabulary = readVocabulary(JSON.stringify(json), 'tokenizer.json');
      return vocabulary.kind === 'bpe' && vocabulary.mayHang;
    };
    const replace = (pattern: object, content: string) => ({ type: 'Replace', pattern, content });
    const inTurn = (...normalizers: object[]) => ({ ...own, normalizer: { type: 'Sequence', normalizers } });
    assert.equal(mayHang(own), false);
    assert.equal(mayHang(inTurn({ type: 'Prepend', prepend: '▁' }, replace({ String: ' ' }, '▁'))), false);
    assert.equal(mayHang({ ...own, normalizer: replace({ Regex: '(x+x+)+y' }, '') }), true);
    assert.equal(mayHang(inTurn(...Array<object>(30).fill(replace({ String: 'x' }, 'xx')))), true);
    const bytes = { type: 'ByteLevel', add_prefix_space: false, use_regex: false };
    assert.equal(mayHang({ ...own, pre_tokenizer: bytes }), false);
    const inBytes = { type: 'Sequence', pretokenizers: Array<object>(30).fill(bytes) };
    assert.equal(mayHang({ ...own, pre_tokenizer: inBytes }), true);
    assert.equal(mayHang({ ...own, normalizer: { type: 'Prepend', prepend: 'x'.repeat(1e6) } }), true);
  });

  it('is read in no more time than its size takes, also with thousands of marks of its own', async () => {
    const words = Array.from({ length: 50_000 }, (_, id) => [`w${id}`, id] as const);
    const added = Array.from({ length: 10_000 }, (_, i) => ({ id: 50_000 + i, content: `<m${i}>` }));
    const json = {
      added_tokens: added,
      model: { type: 'BPE', vocab: Object.fromEntries(words), merges: [] },
    };
    const text = JSON.stringify(json);
    // It took 6 seconds when every token was looked up among all others.
    const seconds = await processorSeconds(() => {
      assert.equal(readVocabulary(text, 'tokenizer.json').size, 60_000);
    });
    assert.ok(seconds < 2.5, `${seconds} s`);
  });

  it('is refused at the first fault of one that was made to have a million', () => {
    const wrong = { added_tokens: Array(100).fill(1), model: { vocab: Array(100).fill([1, 1]) } };
    assert.ok(faultsNoted(() => readVocabulary(JSON.stringify(wrong), 'wrong.json')) < 10);
  });

  it('is refused in one sentence when it is none', () => {
    const nested = '['.repeat(20_000) + ']'.repeat(20_000);
    const refused: [string, string, RegExp][] = [
      ['{"a": ', 'a.json', /is not JSON/],
      ['5', 'a.json', /is neither a tokenizer nor a list/],
      ['[1, 2]', 'a.json', /has an entry that is not text/],
      [`{"a": 0, "b": ${nested}}`, 'a.json', /^The vocabulary "a\.json" is nested too deeply/],
      [JSON.stringify(`{"b": ${nested}}`), 'a.json', /is nested too deeply/],
      [`{"decoder": ${nested}, "model": {"vocab": {"a": 0}}}`, 'a.json', /is nested too deeply/],
      ['["a", "a"]', 'a.json', /has an entry twice/],
      ['[]', 'a.json', /is empty/],
      ['', 'a.txt', /is empty/],
      ['{"a": 0, "b": 99999999999}', 'a.json', /gives "b" the number 99999999999, which cannot be/],
      ['{"a": 1, "b": 1}', 'a.json', /cannot be or is taken/],
      [kerasTokenizer({ word_index: '{"a"' }), 'a.json', /has no usable word_index/],
      [kerasTokenizer({ num_words: 'many' }), 'a.json', /cannot be read \(config\.num_words: Invalid type/],
      [kerasTokenizer({ char_level: true }), 'a.json', /says that it has characters but has longer entries/],
      ['{"model": {"type": "WordPiece", "vocab": {"a": 0, "##b": 1}}}', 'a.json', /is a WordPiece/],
      [
        '{"model": {"type": "BPE", "vocab": {"a": 0, "a</w>": 1}, "merges": [], "end_of_word_suffix": "</w>"}}',
        'a.json',
        /marks parts of words with "<\/w>" and keeps no spaces/,
      ],
      ['{"model": {"vocab": 5}}', 'a.json', /cannot be read \(model\.vocab: Invalid type/],
      [
        '{"model": {"type": "BPE", "vocab": {"a": 0, "b": 1}}}',
        'a.json',
        /tokenizer "a\.json" cannot be read/,
      ],
      [
        '{"normalizer": {"type": "Odd"}, "model": {"vocab": {"a": 0, "b": 1}, "merges": []}}',
        'a.json',
        /tokenizer "a\.json" cannot be read \(Unknown Normalizer type: Odd\); choose another/,
      ],
      [
        '{"normalizer": {}, "model": {"vocab": {"a": 0, "b": 1}, "merges": []}}',
        'a.json',
        /tokenizer "a\.json" cannot be read \(it is damaged or of an unknown kind\); choose another/,
      ],
      [
        '{"model": {"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": [5]}}',
        'a.json',
        /tokenizer "a\.json" cannot be read \(it is damaged or of an unknown kind\); choose another/,
      ],
      [`{"${'a'.repeat(1e6)}": -1}`, 'a.json', /^.{100,300}$/],
      [kerasTokenizer({ lower: 'a'.repeat(1e6) }), 'a.json', /^.{100,300}$/],
    ];
    for (const [text, name, sentence] of refused) {
      assert.throws(() => readVocabulary(text, name), { constructor: VocabularyError, message: sentence });
    }
  });
});
