import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  holdOutFromTraining,
  readSplit,
  readTexts,
  splitPlace,
  type FileText,
} from '../../../src/terminal/split';

describe('split', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'understudy-split-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function messageOf(content: string): Promise<string> {
    const path = join(folder, 'split.json');
    await writeFile(path, content);
    const error: unknown = await readSplit(path).then(
      () => null,
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof Error);
    return error.message.replace(path, 'PATH');
  }

  it('names its train and test files', async () => {
    await writeFile(join(folder, 'split.json'), '{ "seed": 1, "train": ["a.md"], "test": ["b/c.md"] }');
    assert.deepEqual(await readSplit(join(folder, 'split.json')), { train: ['a.md'], test: ['b/c.md'] });
  });

  it('is read as PowerShell writes it, with a byte order mark or as UTF-16', async () => {
    const json = '\ufeff{ "train": ["序.md"], "test": ["b.md"] }';
    for (const encoding of ['utf8', 'utf16le'] as const) {
      await writeFile(join(folder, 'split.json'), json, encoding);
      assert.deepEqual(await readSplit(join(folder, 'split.json')), { train: ['序.md'], test: ['b.md'] });
    }
  });

  it('may divide its paths as Windows does, unless a file has such a name', async function () {
    await mkdir(join(folder, 'b'));
    await writeFile(join(folder, 'b', 'c.md'), 'Text.\n');
    await writeFile(join(folder, 'a.md'), 'Text.\n');
    const path = join(folder, 'split.json');
    await writeFile(path, JSON.stringify({ train: ['a.md'], test: ['b\\c.md'] }));
    assert.deepEqual(await readSplit(path), { train: ['a.md'], test: ['b/c.md'] });
    if (process.platform === 'win32') {
      this.skip();
    }
    await writeFile(join(folder, 'b\\c.md'), 'Text.\n');
    assert.deepEqual(await readSplit(path), { train: ['a.md'], test: ['b\\c.md'] });
  });

  it('that cannot be used says why', async () => {
    assert.match(
      await messageOf('{\n "train": ["a.md"],\n}'),
      /^The split PATH cannot be used: it is not JSON \(.*position 22.*\)\.$/,
    );
    assert.match(await messageOf('// c\n{}'), /^The split PATH cannot be used: it is not JSON \(.+\)\.$/);
    const shape = 'it needs "train" and "test", each a list of paths that is not empty.';
    assert.equal(await messageOf('[]'), `The split PATH cannot be used: ${shape}`);
    assert.equal(
      await messageOf('{ "train": ["a"], "test": [] }'),
      `The split PATH cannot be used: ${shape}`,
    );
    assert.match(await messageOf('{ "train": ["a"], "test": ["../b"] }'), /"\.\.\/b" is not a path below/);
    assert.match(await messageOf('{ "train": ["a"], "test": ["/b"] }'), /"\/b" is not a path below/);
    const inBoth = await messageOf('{ "train": ["a"], "test": ["./a"] }');
    assert.match(inBoth, /"\.\/a" stands in "train" and in "test", so the score would mean nothing\.$/);
    const twice = await messageOf('{ "train": ["a", "b/../a"], "test": ["b"] }');
    assert.match(twice, /"b\/\.\.\/a" stands twice in "train"; name it once\.$/);
    assert.match(await messageOf('{ "train": ["a"], "test": ["."] }'), /"\." is not a path below/);
    await assert.rejects(
      readSplit(join(folder, 'none.json')),
      /none\.json cannot be used: it cannot be read; check that it is there\.$/,
    );
  });

  it('is found from the current folder on, or else from the folder that is measured', async () => {
    await writeFile(join(folder, 'split.json'), '{}');
    assert.equal(splitPlace('split.json', folder), join(folder, 'split.json'));
    assert.equal(splitPlace('package.json', folder), resolve('package.json'));
    await writeFile(join(folder, 'package.json'), '{}');
    assert.equal(splitPlace('package.json', folder), resolve('package.json'));
    assert.equal(splitPlace('none.json', folder), resolve('none.json'));
  });

  it('may name files below the folder absolutely, and lie elsewhere', async () => {
    const path = join(folder, 'elsewhere.json');
    const [inside, outside] = [join(folder, 'text', '序 1.md'), join(folder, 'b.md')];
    await writeFile(path, JSON.stringify({ train: [inside], test: ['./b.md'], dev: [3] }));
    assert.deepEqual(await readSplit(path, join(folder, 'text')), { train: ['序 1.md'], test: ['b.md'] });
    await writeFile(path, JSON.stringify({ train: [inside], test: [outside] }));
    await assert.rejects(readSplit(path, join(folder, 'text')), /b\.md" is not a path below the folder/);
  });

  it('may name them, and the folder be given, through a link, but the same file in no other list', async () => {
    const [path, text, link] = ['elsewhere.json', 'text', 'link'].map((name) => join(folder, name));
    await mkdir(join(text, 'b'), { recursive: true });
    await symlink(text, link, 'junction');
    const train = [join(link, 'b', 'a.md'), 'c.md'];
    await writeFile(path, JSON.stringify({ train, test: [join(text, 'gone', 'd.md')] }));
    for (const given of [text, link]) {
      assert.deepEqual(await readSplit(path, given), { train: ['b/a.md', 'c.md'], test: ['gone/d.md'] });
    }
    await writeFile(path, JSON.stringify({ train, test: [join(text, 'c.md')] }));
    await assert.rejects(readSplit(path, link), /c\.md" stands in "train" and in "test"/);
    for (const outside of [join(folder, 'd.md'), link]) {
      await writeFile(path, JSON.stringify({ train, test: [outside] }));
      await assert.rejects(readSplit(path, text), /is not a path below the folder/);
    }
  });

  it('reads each file it names as text, or says which it cannot', async () => {
    await mkdir(join(folder, 'b'));
    await writeFile(join(folder, 'b', 'c.md'), 'één\r\n');
    await writeFile(join(folder, 'd.bin'), Buffer.from([0, 1, 2, 0, 255, 7]));
    assert.deepEqual(await readTexts(folder, ['b/c.md']), [{ path: 'b/c.md', text: 'één\n', bytes: 6 }]);
    await assert.rejects(
      readTexts(folder, ['gone.md']),
      /gone\.md is named in the split but cannot be used: it is not there; each path .* from the folder on\.$/,
    );
    await assert.rejects(
      readTexts(folder, ['b']),
      /b is named in .*: it is a folder; name its files instead\.$/,
    );
    await assert.rejects(readTexts(folder, ['d.bin']), /d\.bin is named in the split .* not text/);
  });

  it('refuses a file that is too large to be read as a whole, as a score over its beginning would mislead', async () => {
    await writeFile(join(folder, 'large.md'), Buffer.alloc(64_000_001, 'A line.\n'));
    await assert.rejects(
      readTexts(folder, ['large.md']),
      /large\.md is named in .*: it is larger than 64\.0 MB; divide it into smaller files\.$/,
    );
  });

  it('keeps training files aside to choose the network by, whole or, where they are few, the ends of large ones', () => {
    const files = (...sizes: number[]): FileText[] =>
      sizes.map((bytes, i) => ({ path: `${i}.md`, text: '', bytes }));
    const many = holdOutFromTraining('/f', files(...Array.from({ length: 40 }, () => 100)), 1);
    assert.deepEqual([many.train.length, many.heldOut.length], [36, 4]);
    for (const few of [[1000], [1000, 900], [1000, 0]]) {
      const { train, heldOut } = holdOutFromTraining('/f', files(...few), 1);
      assert.ok(train.includes('0.md') && heldOut.includes('0.md'), few.join(', '));
    }
  });
});
