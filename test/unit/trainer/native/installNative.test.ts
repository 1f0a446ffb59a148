import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { lock } from 'proper-lockfile';
import {
  describeInstallation,
  installNative,
  removeNative,
} from '../../../../src/trainer/native/installNative';
import { verifiedRecord, writeRecord } from '../../../../src/trainer/native/installRecord';
import {
  LIBRARIES,
  nativePaths,
  NODE_HEADERS,
  NODE_HEADERS_VERSION,
  TFJS_NODE,
  TFJS_NODE_VERSION,
} from '../../../../src/trainer/native/pinnedFiles';

describe('Installation of the native engine', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'understudy-install-'));
    const { compiledBinding, librariesFolder } = nativePaths(folder);
    const files = [compiledBinding, ...[...LIBRARIES.keys()].map((name) => join(librariesFolder, name))];
    for (const path of files) {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, `machine code of ${path}`);
    }
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('tells the size and the place before it starts', () => {
    assert.match(describeInstallation(folder), /downloads up to 319 MB and takes 1\.2 GB in /);
    assert.ok(describeInstallation(folder).includes(folder));
  });

  it('records a checksum of each library and of the binding', async () => {
    const { files } = await writeRecord(folder, '2.21.0');
    assert.equal(Object.keys(files).length, 3);
    assert.deepEqual(await verifiedRecord(folder), { tensorflowVersion: '2.21.0', files });
  });

  it('leaves an intact installation as it is', async () => {
    const record = await writeRecord(folder, '2.21.0');
    const told: string[] = [];
    assert.deepEqual(
      await installNative(folder, { onProgress: ({ message }) => told.push(message) }),
      record,
    );
    assert.deepEqual(told, ['Looking at what is installed']);
  });

  for (const [what, damage] of [
    ['changed', (path: string) => writeFile(path, 'other code')],
    ['missing', (path: string) => rm(path)],
  ] as const) {
    it(`does not consider an installation complete when a file is ${what}`, async () => {
      await writeRecord(folder, '2.21.0');
      await damage(nativePaths(folder).compiledBinding);
      assert.equal(await verifiedRecord(folder), null);
    });
  }

  it('is not run twice at once', async () => {
    const release = await lock(folder);
    await assert.rejects(
      installNative(folder, { onProgress: () => undefined }),
      /being installed into .* already/,
    );
    await release();
  });

  it('stops when it is cancelled, and gives the folder free', async () => {
    const signal = AbortSignal.abort(new Error('cancelled by the user'));
    await assert.rejects(
      installNative(folder, { onProgress: () => undefined, signal }),
      /cancelled by the user/,
    );
    await (
      await lock(folder)
    )();
  });

  it('says in a sentence that TensorFlow does not run here, and why', async function () {
    this.timeout(20_000);
    const { packageFolder } = nativePaths(folder);
    const versions = Object.entries({ [TFJS_NODE]: TFJS_NODE_VERSION, [NODE_HEADERS]: NODE_HEADERS_VERSION });
    for (const [name, version] of versions) {
      await mkdir(join(folder, 'node_modules', name), { recursive: true });
      await writeFile(join(folder, 'node_modules', name, 'package.json'), JSON.stringify({ version }));
    }
    const packages = versions.map(([name, version]) => [`node_modules/${name}`, { version }]);
    const list = JSON.stringify({ packages: Object.fromEntries(packages) as unknown });
    await writeFile(join(folder, 'node_modules', '.package-lock.json'), list);
    // It runs once, and then no more.
    await writeFile(
      join(packageFolder, 'index.js'),
      `require('node:fs').rmSync(__filename);
      const matMul = () => ({ dataSync: () => [11] });
      module.exports = { matMul, getBackend: () => 'tensorflow', backend: () => ({ binding: {} }) };`,
    );
    const npm = join(folder, 'npm.js');
    await writeFile(npm, '');
    const { env } = process;
    process.env = { ...env, npm_execpath: npm };
    try {
      await assert.rejects(
        installNative(folder, { onProgress: () => undefined }),
        /^Error: TensorFlow was installed into .*, but does not run here \(Error: Cannot find .*\)\. Training goes on with another engine\./,
      );
    } finally {
      process.env = env;
    }
  });

  it('removes all of it and nothing else', async () => {
    await writeRecord(folder, '2.21.0');
    await writeFile(join(folder, 'letter.txt'), 'of the user');
    await removeNative(folder);
    const { record, packageFolder, librariesFolder } = nativePaths(folder);
    assert.deepEqual([record, packageFolder, librariesFolder].filter(existsSync), []);
    assert.ok(existsSync(join(folder, 'letter.txt')));
  });
});
