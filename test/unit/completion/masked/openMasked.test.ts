import assert from 'node:assert/strict';
import fs, {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mock } from 'node:test';
import { openMasked, type OpenedMasked } from '../../../../src/completion/masked/openMasked';
import {
  onnxFolder,
  onnxProcessPath,
  requireOnnxRuntime,
  UNSEEN,
  writeMaskedModel,
  type Flaws,
} from '../../../support/maskedModel';
import { FLOAT16 } from '../../../support/onnxBytes';

const TEXT = 'The keeper lit the lamp at dusk. The cook lit the stove with coal. He said: "good night".';

describe('a masked model out of a folder', function () {
  this.timeout(60_000);
  let folder = '';
  const opened: OpenedMasked[] = [];
  beforeEach(() => {
    folder = join(mkdtempSync(join(tmpdir(), 'understudy-masked-')), 'small');
  });
  afterEach(() => {
    for (const masked of opened.splice(0)) {
      masked.dispose();
    }
    rmSync(join(folder, '..'), { recursive: true });
  });
  const open = async (modulePath = onnxFolder): Promise<OpenedMasked> => {
    const masked = await openMasked(
      { folder, modulePath },
      { processPath: onnxProcessPath, onStatus: () => undefined },
    );
    opened.push(masked);
    return masked;
  };

  const incomplete: [name: string, write: () => void, sentence: RegExp][] = [
    [
      'that holds no model',
      () => {
        mkdirSync(folder);
      },
      /^Error: The folder .*small holds no model\.onnx\. Choose the folder of a masked model/,
    ],
    [
      'without a tokenizer',
      () => {
        writeMaskedModel(folder, TEXT);
        rmSync(join(folder, 'tokenizer.json'));
      },
      /^Error: The folder .*small holds no tokenizer\.json, .* Put it beside the model\.$/,
    ],
    [
      'whose tokenizer is cut off',
      () => {
        writeMaskedModel(folder, TEXT);
        writeFileSync(join(folder, 'tokenizer.json'), '{ "model": ');
      },
      /^Error: The tokenizer\.json of small cannot be read \(.*\)\. Download it again, or choose another model\.$/,
    ],
    [
      'whose tokenizer has no mask',
      () => {
        writeMaskedModel(folder, TEXT, { special: ['[PAD]', '[UNK]', '[CLS]', '[SEP]'] });
      },
      /^Error: The tokenizer\.json of small has no token named \[MASK\] or <mask>, so it is not a masked model\./,
    ],
    [
      'where ONNX Runtime is not installed',
      () => {
        writeMaskedModel(folder, TEXT);
      },
      /^Error: Masked models are run by ONNX Runtime, which is not installed\. Run "Understudy: Install ONNX Runtime"/,
    ],
  ];
  for (const [name, write, sentence] of incomplete) {
    it(`${name} is refused in one sentence`, async () => {
      write();
      await assert.rejects(open(join(folder, 'nowhere')), sentence);
    });
  }

  it('where a part of ONNX Runtime is missing is refused in a sentence that does not blame the model', async () => {
    writeMaskedModel(folder, TEXT);
    mkdirSync(join(folder, 'node_modules', 'onnxruntime-node'), { recursive: true });
    await assert.rejects(
      open(folder),
      /^Error: ONNX Runtime cannot be started \(.*\)\. Run "Understudy: Remove ONNX Runtime" \(or "npm run onnx -- --remove" in a checkout\) and install it again\.$/,
    );
  });

  for (const beside of ['model.onnx_data', 'model.onnx.data']) {
    it(`whose weights in ${beside} are larger than the memory is refused before anything reads them`, async () => {
      writeMaskedModel(folder, TEXT);
      writeFileSync(join(folder, beside), '');
      const { statSync } = fs;
      const stat = mock.method(fs, 'statSync', (path: string) => {
        const found = statSync(path);
        return path.endsWith(beside) ? Object.assign(found, { size: 1e15 }) : found;
      });
      try {
        await assert.rejects(
          open(join(folder, 'nowhere')),
          /^Error: small \(1000000\.0 GB\) is too large for this machine's memory/,
        );
      } finally {
        stat.mock.restore();
      }
    });
  }

  it('is asked for its logits alone, in the kinds of numbers that it takes, and for no more at once than memory holds', async () => {
    const width = 90_000;
    folder = join(folder, '..', String(width));
    writeMaskedModel(folder, TEXT);
    const path = join(folder, 'tokenizer.json');
    const tokenizer = JSON.parse(readFileSync(path, 'utf8')) as { model: { vocab: Record<string, number> } };
    const { vocab } = tokenizer.model;
    for (let id = Object.keys(vocab).length; id < width; id++) {
      vocab[`token${id}`] = id;
    }
    writeFileSync(path, JSON.stringify(tokenizer));
    const runtime = join(folder, 'node_modules', 'onnxruntime-node');
    mkdirSync(join(runtime, 'dist'), { recursive: true });
    writeFileSync(join(runtime, 'package.json'), '{ "type": "module" }');
    copyFileSync('test/support/scriptedOnnx.mjs', join(runtime, 'dist', 'index.js'));
    const masked = await open(folder);
    const joins = await masked.logJoins('Then he lit the', [' lamp'], ' at dusk. The cook lit the stove');
    // Four tokens are judged, one in each text.
    assert.deepEqual(joins, [-4 * Math.log(width)]);
  });

  describe('run by ONNX Runtime', () => {
    before(function () {
      requireOnnxRuntime(this);
    });

    it('tells which insertion joins the text right of it', async () => {
      writeMaskedModel(folder, TEXT);
      const masked = await open();
      assert.equal(masked.description, 'small (ONNX, 1 MB)');
      const best = async (right: string): Promise<string> => {
        const insertions = [' lamp', ' stove', ' keeper'];
        const joins = (await masked.logJoins('Then he lit the', insertions, right))!;
        assert.ok(joins.every((join) => join < 0));
        return insertions[joins.indexOf(Math.max(...joins))];
      };
      assert.deepEqual([await best(' at dusk.'), await best(' with coal.')], [' lamp', ' stove']);
    });

    it('gives the sum of the logarithms of what each masked token gets', async () => {
      writeMaskedModel(folder, 'a b a');
      const masked = await open();
      const [one, two] = (await masked.logJoins('a', [' b', ' a'], ' a'))!;
      // Left of the masked token is "b" or "a", after which one of the 7 tokens was seen; right of it is [SEP], which says nothing.
      const seen = -Math.log(1 + 6 * UNSEEN);
      const unseen = Math.log(UNSEEN) + seen;
      assert.ok(Math.abs(one - seen) < 1e-5 && Math.abs(two - unseen) < 1e-5, `${one}, ${two}`);
    });

    it('may have more values than tokens, as models are padded to round sizes, but not 128 more', async () => {
      writeMaskedModel(folder, 'a b a', { width: 7 + 127 });
      assert.ok((await (await open()).logJoins('a', [' b'], ' a'))![0] < 0);
      writeMaskedModel(folder, 'a b a', { width: 7 + 128 });
      await assert.rejects(
        open(),
        /another number of values a token \(135\) than its tokenizer\.json has tokens \(7\)/,
      );
    });

    it('reports to nobody, and keeps nothing in the user’s folder to report later', async () => {
      writeMaskedModel(folder, TEXT);
      const home = join(folder, '..', 'home');
      mkdirSync(home);
      const { env } = process;
      process.env = { ...env, HOME: home, XDG_CACHE_HOME: home };
      try {
        await open();
      } finally {
        process.env = env;
      }
      assert.deepEqual(readdirSync(home), []);
    });

    it('is found where exporters put it, in a folder named onnx, and needs no token types', async () => {
      writeMaskedModel(folder, TEXT, { inputs: ['input_ids', 'attention_mask'] });
      mkdirSync(join(folder, 'onnx'));
      renameSync(join(folder, 'model.onnx'), join(folder, 'onnx', 'model.onnx'));
      assert.match((await open()).description, /^small/);
    });

    it('gives up an older question for a newer one', async () => {
      writeMaskedModel(folder, TEXT);
      const masked = await open();
      const ask = (insertions: readonly string[]): Promise<readonly number[] | null> =>
        masked.logJoins('lit the', insertions, ' at');
      // The older question is so long that the newer one arrives while it is being answered.
      const older = ask(Array.from({ length: 5000 }, () => ' lamp'));
      const newer = ask([' lamp', ' stove']);
      assert.equal(await older, null);
      assert.equal((await newer)?.length, 2);
    });

    const flawed: [name: string, flaws: Flaws, sentence: RegExp][] = [
      [
        'that does not take a mask of attention',
        { inputs: ['input_ids'] },
        /^Error: small takes no input named attention_mask, so it is not a masked model\. Export a BERT-style one/,
      ],
      [
        'that asks for something else',
        { inputs: ['input_ids', 'attention_mask', 'pixel_values'] },
        /^Error: small asks for an input named pixel_values, and only input_ids, attention_mask, token_type_ids can be given\./,
      ],
      [
        'that asks for something with a name without end',
        { inputs: ['input_ids', 'attention_mask', 'x'.repeat(100_000)] },
        /^Error: small asks for an input named x{80}, and only/,
      ],
      [
        'that reads only one text at a time',
        { shape: [1, 'sequence'] },
        /^Error: small reads only texts in the fixed shape \[1, sequence\], and not any number of them of any length\. Export/,
      ],
      [
        'that answers once for the whole text',
        { isPooled: true },
        /^Error: small answers in the shape \[1, \d+\], and not with a value for each token/,
      ],
      [
        'with another vocabulary',
        { width: 768 },
        /^Error: small answers with another number of values a token \(768\) than its tokenizer\.json has tokens \(2\d\): one of them is another model's/,
      ],
      [
        'that answers in half precision',
        { outputType: FLOAT16 },
        /^Error: small answers in float16, and only float32 can be read\./,
      ],
      [
        'whose weights are no numbers',
        { weight: NaN },
        /^Error: small answers with values that are not numbers, so its weights are damaged\. Download it again\.$/,
      ],
    ];
    for (const [name, flaws, sentence] of flawed) {
      it(`one ${name} is refused in one sentence`, async () => {
        writeMaskedModel(folder, TEXT, flaws);
        await assert.rejects(open(), sentence);
      });
    }

    for (const [name, bytes] of [
      ['a page', '<!DOCTYPE html>'],
      ['a pickle', '\x80\x04\x95cbuiltins\neval\n'],
    ]) {
      it(`a file that is no ONNX, but ${name}, is refused in one sentence`, async () => {
        writeMaskedModel(folder, TEXT);
        writeFileSync(join(folder, 'model.onnx'), bytes, 'latin1');
        await assert.rejects(
          open(),
          /^Error: small cannot be loaded by ONNX Runtime \(.*\)\. Download it again/,
        );
      });
    }
  });
});
