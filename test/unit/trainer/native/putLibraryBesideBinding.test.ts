import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { putLibraryBesideBinding } from '../../../../src/trainer/native/putLibraryBesideBinding';

describe("TensorFlow's library on Windows", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'understudy-library-'));
    for (const path of ['deps/lib', 'lib/napi-v8', 'lib/napi-v10']) {
      await mkdir(join(folder, path), { recursive: true });
    }
    await writeFile(join(folder, 'lib/napi-v8/tfjs_binding.node'), '');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('stands beside the binding, where it is looked for, and nowhere else', async () => {
    await writeFile(join(folder, 'deps/lib/tensorflow.dll'), 'library');
    await writeFile(join(folder, 'lib/napi-v10/tensorflow.dll'), 'library');
    await putLibraryBesideBinding(folder);
    assert.deepEqual(
      await Promise.all(
        ['deps/lib', 'lib/napi-v8', 'lib/napi-v10'].map((path) => readdir(join(folder, path))),
      ),
      [[], ['tensorflow.dll', 'tfjs_binding.node'], []],
    );
  });

  it('is left where another system has it', async () => {
    await writeFile(join(folder, 'deps/lib/libtensorflow.dylib'), 'library');
    await putLibraryBesideBinding(folder);
    assert.deepEqual(await readdir(join(folder, 'deps/lib')), ['libtensorflow.dylib']);
  });
});
