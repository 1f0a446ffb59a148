import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
});
