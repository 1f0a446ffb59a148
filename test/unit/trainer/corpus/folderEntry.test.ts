import assert from 'node:assert/strict';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composedName, typeOf, type EntryType } from '../../../../src/trainer/corpus/folderEntry';

/** As Windows lists a file that OneDrive keeps. */
const listedAsLink: EntryType = {
  isDirectory: () => false,
  isFile: () => false,
  isSymbolicLink: () => true,
};

describe('what stands in a folder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'understudy-entry-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('is what it is, and not what Windows lists it as', async () => {
    const path = join(folder, 'letter.txt');
    await writeFile(path, '');
    await symlink(folder, join(folder, 'link'), 'junction');
    assert.equal((await typeOf(listedAsLink, path)).isFile(), true);
    assert.equal((await typeOf(listedAsLink, folder)).isDirectory(), true);
    assert.equal((await typeOf(listedAsLink, join(folder, 'link'))).isSymbolicLink(), true);
    assert.equal(await typeOf(listedAsLink, join(folder, 'gone')), listedAsLink);
  });

  it('has on macOS the name that VS Code uses, and elsewhere its own', () => {
    const decomposed = 'Cafe\u0301.md';
    assert.equal(composedName(decomposed, 'darwin'), 'Caf\u00e9.md');
    assert.equal(composedName(decomposed, 'linux'), decomposed);
  });
});
