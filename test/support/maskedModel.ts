/**
 * Writes small masked models for tests. A model scores a token by its two neighbours: the sum of the logarithms of how often it
 * follows the left and precedes the right one in the text that the model is made from.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { FLOAT, INT64, onnxBytes, type OnnxConstant, type OnnxNode, type OnnxValue } from './onnxBytes';

const SPECIAL = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];
/** How often a pair counts that was never seen. */
export const UNSEEN = 0.001;
/** Of the neighbour on the right; that on the left counts whole. */
const RIGHT_WEIGHT = 0.5;

/** Where `npm run onnx` installs ONNX Runtime. */
export const onnxFolder = resolve('.cache/onnx');
export const onnxProcessPath = resolve('src/completion/masked/onnxProcess.ts');

/** For `before`: skips, and says so, what needs ONNX Runtime where it is not installed. */
export function requireOnnxRuntime(context: Mocha.Context): void {
  if (!existsSync(join(onnxFolder, 'node_modules', 'onnxruntime-node'))) {
    process.stderr.write('\n!!! ONNX Runtime is not installed; tests are skipped. Run: npm run onnx\n');
    context.skip();
  }
}

/** What differs from a model as it should be. */
export interface Flaws {
  readonly inputs?: readonly string[];
  /** Of the inputs. */
  readonly shape?: readonly (number | string)[];
  readonly outputType?: number;
  /** Values a token; the vocabulary's size as it should be. */
  readonly width?: number;
  /** Answers for the whole text instead of each place. */
  readonly isPooled?: boolean;
  readonly weight?: number;
  /** The tokens of tokenizer.json, without the words. */
  readonly special?: readonly string[];
}

export function writeMaskedModel(folder: string, text: string, flaws: Flaws = {}): void {
  const words = [...new Set(wordsOf(text))];
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'model.onnx'), maskedOnnx(text, flaws));
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(wordPieces(flaws.special ?? SPECIAL, words)));
}

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu) ?? [];

function maskedOnnx(text: string, flaws: Flaws): Buffer {
  const words = wordsOf(text);
  const vocabulary = [...SPECIAL, ...new Set(words)];
  const ids = words.map((word) => vocabulary.indexOf(word));
  const pairs = ids.slice(1).map((id, i) => [ids[i], id] as const);
  const backwards = pairs.map(([a, b]) => [b, a] as const);
  const width = flaws.width ?? vocabulary.length;
  const table = (
    name: string,
    counted: readonly (readonly [number, number])[],
    weight: number,
  ): OnnxConstant => {
    const values = new Float32Array(vocabulary.length * width).fill(weight * Math.log(UNSEEN));
    for (const [from, to] of counted) {
      const times = counted.filter(([a, b]) => a === from && b === to).length;
      values[from * width + to] = weight * Math.log(times);
    }
    return {
      name,
      dims: [vocabulary.length, width],
      values: flaws.weight === undefined ? values : values.fill(flaws.weight),
    };
  };
  const whole = (name: string, ...values: number[]): OnnxConstant => ({
    name,
    dims: [values.length],
    values: BigInt64Array.from(values, BigInt),
  });
  const slice = (input: string, from: string, to: string, output: string): OnnxNode => ({
    operator: 'Slice',
    inputs: [input, from, to, 'one'],
    output,
  });
  const join = (inputs: readonly string[], output: string): OnnxNode => ({
    operator: 'Concat',
    inputs,
    output,
    attributes: { axis: 1 },
  });
  const { isPooled = false, outputType = FLOAT, shape = ['batch', 'sequence'] } = flaws;
  const input = (name: string): OnnxValue => ({ name, type: INT64, shape });
  return onnxBytes({
    inputs: (flaws.inputs ?? ['input_ids', 'attention_mask', 'token_type_ids']).map(input),
    outputs: [
      {
        name: 'logits',
        type: outputType,
        shape: isPooled ? ['batch', width] : ['batch', 'sequence', width],
      },
    ],
    constants: [
      table('following', pairs, 1),
      table('preceding', backwards, RIGHT_WEIGHT),
      whole('zero', 0),
      whole('one', 1),
      whole('minusOne', -1),
      whole('end', 1 << 30),
      { name: 'place', dims: [], values: BigInt64Array.of(0n) },
      { name: 'nothing', dims: [1], values: Float32Array.of(0) },
    ],
    nodes: [
      { operator: 'Gather', inputs: ['following', 'input_ids'], output: 'after' },
      { operator: 'Gather', inputs: ['preceding', 'input_ids'], output: 'before' },
      slice('after', 'zero', 'one', 'first'),
      { operator: 'Mul', inputs: ['first', 'nothing'], output: 'blank' },
      slice('after', 'zero', 'minusOne', 'lefts'),
      slice('before', 'one', 'end', 'rights'),
      join(['blank', 'lefts'], 'fromLeft'),
      join(['rights', 'blank'], 'fromRight'),
      { operator: 'Add', inputs: ['fromLeft', 'fromRight'], output: 'sum' },
      isPooled
        ? { operator: 'Gather', inputs: ['sum', 'place'], output: 'answer', attributes: { axis: 1 } }
        : { operator: 'Identity', inputs: ['sum'], output: 'answer' },
      { operator: 'Cast', inputs: ['answer'], output: 'logits', attributes: { to: outputType } },
    ],
  });
}

/** A `tokenizer.json` as BERT has it, in small letters. */
function wordPieces(special: readonly string[], words: readonly string[]): object {
  const vocab = Object.fromEntries([...special, ...words].map((token, id) => [token, id]));
  const single = ['[CLS]', 'A', '[SEP]'].map((id) =>
    id === 'A' ? { Sequence: { id, type_id: 0 } } : { SpecialToken: { id, type_id: 0 } },
  );
  return {
    added_tokens: special.map((content, id) => ({
      id,
      content,
      special: true,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
    })),
    normalizer: { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, lowercase: true },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single,
      pair: single,
      special_tokens: Object.fromEntries(
        ['[CLS]', '[SEP]'].map((id) => [id, { id, ids: [vocab[id]], tokens: [id] }]),
      ),
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      vocab,
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
    },
  };
}
