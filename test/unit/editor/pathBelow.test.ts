import assert from 'node:assert/strict';
import { pathBelow } from '../../../src/editor/pathBelow';

describe('the path of a file in a folder of the workspace', () => {
  for (const [folder, file, path] of [
    ['/home/ada/novel', '/home/ada/novel/part one/a.md', 'part one/a.md'],
    ['/Users/ada/novel', '/Users/ada/Novel/a.md', 'a.md'],
    ['/c:/git/novel', '/C:/Git/novel/a.md', 'a.md'],
    ['/d:/', '/d:/a.md', 'a.md'],
    ['/', '/a.md', 'a.md'],
    ['/home/ada/novel', '/home/ada/novel/part one/', 'part one'],
    ['/home/ada/novel', '/home/ada/novel', ''],
  ]) {
    it(`is "${path}" for ${file} in ${folder}`, () => {
      assert.equal(pathBelow({ path: folder }, { path: file }), path);
    });
  }
});
