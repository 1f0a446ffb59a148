import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode } from 'iconv-lite';
import { readCorpus } from '../../../../src/trainer/corpus/readCorpus';

/** One token per UTF-16 unit. */
const encoding = {
  endOfTextId: 0,
  encode: (text: string) => Int32Array.from(text, (unit) => unit.charCodeAt(0)),
};

describe('the corpus of a given split', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'understudy-corpus-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('holds out the last tenth of a file that stands on both sides, and counts it once', async () => {
    await writeFile(join(folder, 'long.txt'), `${'a'.repeat(180)}${'b'.repeat(20)}`);
    await writeFile(join(folder, 'short.txt'), 'c'.repeat(30));
    const corpus = await readCorpus(
      {
        folders: [folder],
        split: { train: ['long.txt', 'short.txt'], heldOut: ['long.txt'] },
        excludeGlobs: [],
        maxTotalBytes: 1e6,
      },
      encoding,
      1,
    );
    const text = (documents: readonly Uint16Array[]) =>
      documents.map((document) => String.fromCharCode(...document).replaceAll('\0', '|'));
    assert.deepEqual(text(corpus.train), [`|${'a'.repeat(180)}|`, `|${'c'.repeat(30)}|`]);
    assert.deepEqual(text(corpus.heldOut), [`|${'b'.repeat(20)}`]);
    assert.equal(corpus.bytes, 230);
  });

  it('reads what is not in Unicode in the encoding that is set for its folder', async () => {
    const text = (letters: string) =>
      `int total = 0; // ${letters}\n${'int rows = count(table) + 1;\n'.repeat(20)}`;
    const folders = [join(folder, 'one'), join(folder, 'two')];
    const oldEncodings = ['gbk', 'windows1251'];
    for (const [i, letters] of ['总数', 'сумма'].entries()) {
      await mkdir(folders[i]);
      await writeFile(join(folders[i], `${i}.c`), encode(text(letters), oldEncodings[i]));
    }
    const selection = { folders, excludeGlobs: [], maxTotalBytes: 1e6, oldEncodings };
    for (const split of [{ train: ['0.c'], heldOut: ['1.c'] }, null]) {
      const { train, heldOut } = await readCorpus({ ...selection, split }, encoding, 1);
      const read = [...train, ...heldOut].map((document) => String.fromCharCode(...document)).join('');
      assert.match(read, /\/\/ 总数\n/);
      assert.match(read, /\/\/ сумма\n/);
    }
  });
});
