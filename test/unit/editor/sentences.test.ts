import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { notInstalled } from '../../../src/trainer/engines/enginePackages';
import { sentenceTranslator } from '../../../src/editor/sentences';
import { describeNetwork } from '../../../src/model/networkConfig';
import { CheckpointError } from '../../../src/model/checkpoint/checkpointError';
import { foreignTexts } from '../../support/foreignTexts';
import { processorSeconds } from '../../support/processorSeconds';

const bundle = JSON.parse(
  readFileSync(join(__dirname, '../../../l10n/bundle.l10n.zh-cn.json'), 'utf8'),
) as Record<string, string>;
const translateSentence = sentenceTranslator(bundle);

describe('a sentence that is made outside the extension host', () => {
  it('is shown in Chinese, with the inserted values', () => {
    for (const text of foreignTexts) {
      const filled = (given: string) => given.replaceAll(/\{(\d)\}/g, 'x$1');
      assert.equal(translateSentence(filled(text)), filled(bundle[text] ?? ''), text);
    }
  });

  it('is shown in Chinese even if a part of it is optional', () => {
    assert.equal(
      translateSentence(
        'To stay below 900 MB of memory, training works on 8 rows of a batch at a time: the result is the same, only slower.',
      ),
      '为使内存不超过 900 MB，训练每次处理一批中的 8 行：结果相同，只是更慢。',
    );
  });

  it('is read so that the inserted values make sense, even if a path contains the words around it', () => {
    assert.equal(
      translateSentence('There is no text to learn from in /home/me/Novel: a draft: it holds no files.'),
      '/home/me/Novel: a draft 中没有可学习的文字：其中没有文件。',
    );
    assert.equal(
      translateSentence(
        'The model /home/me/is in use by/a is in use by process 7 on desk since noon, for example a training in another window or terminal. Wait for it to end, or cancel it there.',
      ),
      '模型 /home/me/is in use by/a 正被进程 7（在 desk 上，自 noon 起）使用，例如另一个窗口或终端中的训练。请等它结束，或在那里取消它。',
    );
    assert.equal(
      translateSentence(
        'The vocabulary /home/me/my words.txt cannot be read (EACCES). Check that it exists.',
      ),
      '无法读取词汇表 /home/me/my words.txt（EACCES）。请检查它是否存在。',
    );
  });

  it('is shown with each clause of it in Chinese', () => {
    const layer = 'its layer "back" (Bidirectional) reads the text from its end, too';
    assert.equal(
      translateSentence(
        `The Keras model "a.h5" cannot be used: ${layer}, so the model would be shown what it is to predict.`,
      ),
      '无法使用 Keras 模型“a.h5”：其层“back”（Bidirectional）也从末尾读文字，因此模型会看到它要预测的内容。',
    );
    assert.equal(
      translateSentence('lstm with attention 512, 2.8 M parameters'),
      '带注意力的 lstm 512，2.8M 参数',
    );
    assert.equal(
      translateSentence('The server at localhost:8080 cannot be reached: it did not answer in 10 s.'),
      '无法连接 localhost:8080 上的服务器：它在 10 秒内没有应答。',
    );
  });

  it('has no space behind the full stop of a sentence in it', () => {
    const failure = (reason: string) =>
      translateSentence(
        `a.whl (600 MB) could not be downloaded from https://pypi.org/simple: ${reason} ` +
          'Check the network, or install Python with pip and configure it for your network, then install again.',
      );
    assert.match(failure('The index answered with status 503.'), /：索引以状态码 503 应答。请检查网络/);
    assert.match(failure('fetch failed (ENOTFOUND).'), /：fetch failed \(ENOTFOUND\)\. 请检查网络/);
  });

  it('is shown with each of several faults in Chinese', () => {
    const translated = translateSentence(
      notInstalled('native', [
        '/a has no compiled binding',
        '/b has no compiled binding',
        '/c could not be started: gone',
      ]).message,
    );
    assert.match(
      translated,
      /已找到但无法使用：\/a 没有编译好的绑定；另外找到的也无法使用：\/b 没有编译好的绑定；另外找到的也无法使用：无法启动 \/c：gone。$/,
    );
  });

  it('leaves no word in English between the inserted values', () => {
    const network = { vocabSize: 9, embeddingSize: 256, hiddenSize: 512, numLayers: 2 };
    const described = describeNetwork({ ...network, architecture: 'lstm' });
    assert.equal(translateSentence(described), 'lstm，2 层，隐藏层大小 512，嵌入大小 256');
    assert.equal(
      translateSentence(
        'SmolLM2 (GGUF, 99 MB); how it cuts texts into tokens is known here only approximately',
      ),
      'SmolLM2 (GGUF, 99 MB)；它切分词元的方式在此只能近似得知',
    );
    assert.equal(
      translateSentence('a.h5 with a.json (Keras; Embedding, 2 × LSTM; vocabulary of 87 tokens)'),
      'a.h5，词汇表 a.json（Keras；Embedding, 2 × LSTM；87 个词元）',
    );
    assert.equal(
      translateSentence(
        'its layer "x" (TFOpLambda) is the function "linalg.einsum" of TensorFlow; supported are Dense and TimeDistributed',
      ),
      '其层“x”（TFOpLambda）是 TensorFlow 的函数“linalg.einsum”；支持的有 Dense 和 TimeDistributed',
    );
    assert.equal(
      translateSentence('Training goes on without a.md, b.md and 3 more: gone or not readable.'),
      '训练继续进行，但不使用 a.md, b.md 和另外 3 个：已不存在或无法读取。',
    );
    assert.equal(
      translateSentence(
        'There is no text to learn from in /home/me/Novel: what is there was left out, most of it for one reason (without any text).',
      ),
      '/home/me/Novel 中没有可学习的文字：其中的内容未被包括，其中大多数的原因相同（没有任何文字）。',
    );
    assert.equal(
      translateSentence('its description has no usable inputs or outputs'),
      '其描述没有可用的“输入或输出”',
    );
    assert.equal(translateSentence('WebGPU on an unnamed adapter'), 'WebGPU（未命名的适配器）');
  });

  it('is found at once, however long an inserted value is', async () => {
    const output = 'error: in (a, b) with {c} on d: "e" cannot be read; '.repeat(200);
    const seconds = await processorSeconds(() => [
      translateSentence(`"g++" ended with status 1: ${output}`),
      translateSentence(output),
    ]);
    assert.ok(seconds < 1, `${seconds} s`);
  });

  it('stays as it is where there is no translation, and translates the sentence inside another', () => {
    assert.equal(translateSentence('Quite another thing.'), 'Quite another thing.');
    assert.match(
      translateSentence(new CheckpointError('damaged', 'a', 'its header is cut off').message),
      /文件头不完整/,
    );
  });
});
