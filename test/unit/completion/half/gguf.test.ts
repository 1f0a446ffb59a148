import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { readGgufHead } from '../../../../src/completion/half/gguf/ggufFile';
import { ggufVocabulary } from '../../../../src/completion/half/gguf/ggufVocabulary';
import { loadGguf, readGguf } from '../../../../src/completion/half/gguf/ggufModel';
import { bytesToAlphabet } from '../../../../src/model/tokenizer/byteAlphabet';
import { ggufBytes } from '../../../support/ggufBytes';

let folder = '';
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'understudy-gguf-'));
});
after(() => {
  rmSync(folder, { recursive: true });
});
function save(name: string, bytes: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

const BYTES = Array.from({ length: 256 }, (_, byte) => bytesToAlphabet(Uint8Array.of(byte)));
const MERGES = ['Ġ t', 'h e', 'Ġt he', 'c o', 'co nstructor', 'n s'];
const bytePairs = {
  'general.architecture': 'llama',
  'general.name': 'A Small One',
  'llama.context_length': 64,
  'tokenizer.ggml.model': 'gpt2',
  'tokenizer.ggml.pre': 'smollm',
  'tokenizer.ggml.tokens': [...BYTES, 'Ġt', 'he', 'Ġthe', 'co', 'ns', '<|endoftext|>', '<|user|>'],
  'tokenizer.ggml.token_type': [...new Array<number>(261).fill(1), 3, 3],
  'tokenizer.ggml.merges': MERGES,
};
const sentencePiece = {
  'general.architecture': 'llama',
  'tokenizer.ggml.model': 'llama',
  'tokenizer.ggml.tokens': [
    '<unk>',
    '<s>',
    '</s>',
    ...Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`),
    ...['▁', 't', 'h', 'e', '▁t', 'he', '▁the'],
  ],
  'tokenizer.ggml.token_type': [2, 3, 3, ...new Array<number>(256).fill(6), ...new Array<number>(7).fill(1)],
  'tokenizer.ggml.scores': [...new Array<number>(263).fill(0), -1, -2, -3],
  'tokenizer.ggml.bos_token_id': 1,
  'tokenizer.ggml.eos_token_id': 2,
};

/** A file whose only entry is a list in a list, and so on. */
function nestedGguf(depth: number): Buffer {
  const head = Buffer.concat([Buffer.from('GGUF'), Buffer.alloc(29)]);
  head.writeUInt32LE(3, 4);
  head.writeUInt32LE(1, 16);
  head.writeUInt32LE(1, 24);
  head.write('a', 32);
  const list = Buffer.from([9, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
  return Buffer.concat([
    head,
    Buffer.from([9, 0, 0, 0]),
    ...Array<Buffer>(depth).fill(list),
    Buffer.alloc(64),
  ]);
}

describe('a GGUF file', () => {
  it('tells its metadata', () => {
    const { metadata } = readGgufHead(save('good.gguf', ggufBytes(bytePairs)));
    assert.equal(metadata.get('general.name'), 'A Small One');
    assert.equal(metadata.get('llama.context_length'), 64);
    assert.deepEqual(metadata.get('tokenizer.ggml.merges'), MERGES);
  });

  const refused: [name: string, bytes: Uint8Array | string, sentence: RegExp][] = [
    ['empty.gguf', '', /empty\.gguf is not a GGUF file\. Choose the \.gguf file/],
    ['page.gguf', `<html>${' '.repeat(100)}</html>`, /page\.gguf is not a GGUF file/],
    [
      'pickle.gguf',
      Buffer.from(`\x80\x02}q\x00.${'x'.repeat(40)}`, 'latin1'),
      /pickle\.gguf is not a GGUF file/,
    ],
    ['cut.gguf', ggufBytes(bytePairs).subarray(0, 700), /cut\.gguf is damaged or incomplete/],
    ['weightless.gguf', ggufBytes(bytePairs, 64).subarray(0, -64), /weightless\.gguf is damaged/],
    ['old.gguf', Buffer.concat([Buffer.from('GGUF\x01'), Buffer.alloc(60)]), /version 1, and only 2 and 3/],
    [
      'liar.gguf',
      Buffer.concat([Buffer.from('GGUF\x03\0\0\0'), Buffer.alloc(90, 0xff)]),
      /liar\.gguf is damaged/,
    ],
    ['nested.gguf', nestedGguf(100_000), /nested\.gguf is damaged/],
  ];
  for (const [name, bytes, sentence] of refused) {
    it(`is refused in one sentence: ${name}`, () => {
      const path = save(name, bytes);
      assert.throws(() => readGgufHead(path), sentence);
    });
  }

  it('law: cut off anywhere it is refused, and nothing but a sentence is thrown', () => {
    const bytes = ggufBytes({ ...bytePairs, 'tokenizer.ggml.tokens': ['a', 'b'] });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: bytes.length - 65 }), (length) => {
        const path = save('beginning.gguf', bytes.subarray(0, length));
        assert.throws(() => readGgufHead(path), /not a GGUF file|is damaged/);
      }),
    );
  });

  it('that is missing, or of another kind of vocabulary, is named with what to do', () => {
    assert.throws(
      () => readGguf(save('odd.gguf', ggufBytes({ ...bytePairs, 'tokenizer.ggml.model': ['gpt2'] })), folder),
      /odd\.gguf cuts text as "unknown" does.*Choose another model/,
    );
    assert.throws(
      () =>
        readGguf(
          save('wordy.gguf', ggufBytes({ ...bytePairs, 'tokenizer.ggml.model': 'b'.repeat(100_000) })),
          folder,
        ),
      /^Error: wordy\.gguf cuts text as "b{80}" does.{50,300}$/,
    );
    const long = { ...bytePairs, 'tokenizer.ggml.tokens': [...BYTES, 'a'.repeat(100_000)] };
    assert.throws(
      () => readGguf(save('long.gguf', ggufBytes(long)), folder),
      /^Error: long\.gguf is damaged: its token 256 has 100000 characters\. Download it again\.$/,
    );
    assert.throws(
      () => readGguf(join(folder, 'missing.gguf'), folder),
      /missing\.gguf cannot be read .*Check that it exists/,
    );
    assert.throws(
      () => readGguf(save('bert.gguf', ggufBytes({ ...bytePairs, 'tokenizer.ggml.model': 'bert' })), folder),
      /bert\.gguf cuts text as "bert" does.*Choose another model/,
    );
    assert.throws(
      () => readGguf(save('part.gguf', ggufBytes({ 'general.architecture': 'clip' })), folder),
      /part\.gguf has no vocabulary/,
    );
    for (const encoder of [{ 'llama.attention.causal': false }, { 'llama.pooling_type': 1 }]) {
      assert.throws(
        () => readGguf(save('encoder.gguf', ggufBytes({ ...bytePairs, ...encoder })), folder),
        /^Error: encoder\.gguf reads a text as a whole, .*Choose a model that generates text\.$/,
      );
    }
    for (const modulePath of [null, folder]) {
      assert.throws(
        () => readGguf(save('fine.gguf', ggufBytes(bytePairs)), modulePath),
        /llama\.cpp, which is not installed\. Run "Understudy: Install llama\.cpp"/,
      );
    }
  });

  it('is read no further than the model was trained to read', () => {
    mkdirSync(join(folder, 'node_modules', 'node-llama-cpp'), { recursive: true });
    const { title, window } = readGguf(save('small.gguf', ggufBytes(bytePairs)), folder);
    assert.deepEqual([title, window], ['A Small One', 64]);
    const wordy = ggufBytes({ ...bytePairs, 'general.name': 'name '.repeat(100_000) });
    assert.equal(readGguf(save('wordy.gguf', wordy), folder).title.length, 80);
    const odd = ggufBytes({ ...bytePairs, 'llama.context_length': 64.5 });
    assert.equal(readGguf(save('odd.gguf', odd), folder).window, 1024);
  });
});

/** Replaces node-llama-cpp: it cuts a text into single bytes, with a space before it, and predicts one token. */
const LIBRARY = `
exports.getLlama = async () => ({
  loadModel: async () => ({
    tokenize: (text) =>
      Array.from(' ' + text).flatMap((character) =>
        character === ' ' ? 259 : Array.from(Buffer.from(character), (byte) => 3 + byte)),
    createContext: async () => {
      const _ctx = { sampleToken: async () => [259, [259, 1]] };
      return {
        _ctx,
        getSequence: () => ({
          nextTokenIndex: 0,
          adaptStateToTokens: async () => undefined,
          controlledEvaluate: () => _ctx.sampleToken(),
        }),
      };
    },
  }),
});`;

describe('a GGUF model in llama.cpp', () => {
  it('whose vocabulary begins a text with a space is known exactly', async () => {
    const library = join(folder, 'node_modules', 'node-llama-cpp', 'dist');
    mkdirSync(library, { recursive: true });
    writeFileSync(join(library, 'index.js'), LIBRARY);
    const bytesAlone = {
      ...sentencePiece,
      'tokenizer.ggml.tokens': sentencePiece['tokenizer.ggml.tokens'].slice(0, 260),
      'tokenizer.ggml.token_type': sentencePiece['tokenizer.ggml.token_type'].slice(0, 260),
      'tokenizer.ggml.scores': sentencePiece['tokenizer.ggml.scores'].slice(0, 260),
    };
    const { description } = await loadGguf(readGguf(save('bytes.gguf', ggufBytes(bytesAlone)), folder), 1);
    assert.equal(description, 'bytes.gguf (GGUF, 1 MB)');
  });
});

describe('the vocabulary of a GGUF file', () => {
  const vocabularyOf = (metadata: Parameters<typeof ggufBytes>[0]) =>
    ggufVocabulary(readGgufHead(save('vocabulary.gguf', ggufBytes(metadata))), 'vocabulary.gguf');

  it('joins byte pairs in the order of its merges, digits one by one', () => {
    const vocabulary = vocabularyOf(bytePairs);
    const texts = vocabulary
      .encodeText(' the 12 const')
      .map((id) => Buffer.from(vocabulary.tokens[id]!).toString());
    assert.deepEqual(texts, [' the', ' ', '1', '2', ' ', 'co', 'ns', 't']);
  });

  it('takes no number outside its tokens for a mark', () => {
    for (const id of [1.5, 10_000]) {
      const marks = { 'tokenizer.ggml.bos_token_id': id, 'tokenizer.ggml.eos_token_id': id };
      const vocabulary = vocabularyOf({ ...sentencePiece, ...marks });
      assert.deepEqual([vocabulary.beginOfTextId, vocabulary.endOfTextId], [0, null]);
    }
  });

  it('begins a document with the mark that separates documents, and reads a chat’s marks as text', () => {
    const vocabulary = vocabularyOf(bytePairs);
    assert.deepEqual([vocabulary.beginOfTextId, vocabulary.endOfTextId], [261, 261]);
    assert.ok(vocabulary.encodeText('<|user|>').length > 1);
    assert.equal(vocabulary.tokens[262], null);
  });

  it('joins pieces by their scores, and spells by bytes what it lacks', () => {
    const vocabulary = vocabularyOf(sentencePiece);
    const texts = vocabulary
      .encodeText(' the é')
      .map((id) => Buffer.from(vocabulary.tokens[id]!).toString('latin1'));
    assert.deepEqual(texts, [' the', ' ', '\xc3', '\xa9']);
    assert.deepEqual([vocabulary.beginOfTextId, vocabulary.endOfTextId], [1, 2]);
    assert.equal(vocabulary.documentPrefix, ' ');
  });

  const spellings: [kind: Parameters<typeof vocabularyOf>[0], spelt: (text: string) => string][] = [
    [bytePairs, (text) => text],
    // If a text contains SentencePiece's mark for a space, it cannot be told from a space.
    [sentencePiece, (text) => text.replaceAll('▁', ' ')],
  ];
  for (const [kind, spelt] of spellings) {
    it(`law: the tokens of a text spell it (${kind === bytePairs ? 'byte pairs' : 'SentencePiece'})`, () => {
      const vocabulary = vocabularyOf(kind);
      fc.assert(
        fc.property(fc.string({ unit: 'grapheme', maxLength: 30 }), (text) => {
          const bytes = vocabulary.encodeText(text).map((id) => vocabulary.tokens[id]!);
          assert.equal(Buffer.concat(bytes).toString(), spelt(text));
        }),
        { examples: [['a▁b']] },
      );
    });
  }
});
