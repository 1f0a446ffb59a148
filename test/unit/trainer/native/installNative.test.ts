import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { lock } from 'proper-lockfile';
import {
  describeInstallation,
  installNative,
  removeNative,
} from '../../../../src/trainer/native/installNative';
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

  const writePackage = (script: string) =>
    writeFile(join(nativePaths(folder).packageFolder, 'index.js'), script);

  it('leaves one that runs as it is, but for what was only needed on the way', async () => {
    await writePackage(
      `const matMul = () => ({ dataSync: () => [11] });
      const backend = () => ({ binding: { TF_Version: '2.21.0' } });
      module.exports = { matMul, getBackend: () => 'tensorflow', backend };`,
    );
    const { workFolder, wheel, compiledBinding } = nativePaths(folder);
    await mkdir(workFolder);
    await writeFile(wheel, 'downloaded');
    const told: string[] = [];
    const version = await installNative(folder, { onProgress: ({ message }) => told.push(message) });
    assert.equal(version, '2.21.0');
    assert.deepEqual(told, ['Looking at what is installed']);
    assert.deepEqual([existsSync(workFolder), existsSync(compiledBinding)], [false, true]);
  });

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

  it('says in a sentence that TensorFlow does not run here, and why, once the binding is compiled', async function () {
    if (`${process.platform} ${process.arch}` !== 'linux x64') {
      this.skip();
    }
    this.timeout(20_000);
    const versions = Object.entries({ [TFJS_NODE]: TFJS_NODE_VERSION, [NODE_HEADERS]: NODE_HEADERS_VERSION });
    for (const [name, version] of versions) {
      await mkdir(join(folder, 'node_modules', name), { recursive: true });
      await writeFile(join(folder, 'node_modules', name, 'package.json'), JSON.stringify({ version }));
    }
    const packages = versions.map(([name, version]) => [`node_modules/${name}`, { version }]);
    const list = JSON.stringify({ packages: Object.fromEntries(packages) as unknown });
    await writeFile(join(folder, 'node_modules', '.package-lock.json'), list);
    await writePackage("throw new Error('This processor is too old.');");
    const { packageFolder, librariesFolder, unpacked, compiledBinding } = nativePaths(folder);
    await mkdir(join(packageFolder, 'binding'));
    await writeFile(unpacked, '');
    const npm = join(folder, 'npm.js');
    await writeFile(npm, '');
    // It writes what stands after -o.
    const compiler = join(folder, 'compiler');
    const script =
      '#!/bin/sh\nfor word; do [ "$last" = -o ] && echo compiled > "$word"; last=$word; done; true\n';
    await writeFile(compiler, script, { mode: 0o755 });
    const pinned = LIBRARIES as Map<string, string>;
    const published = [...pinned];
    const { env } = process;
    process.env = { ...env, npm_execpath: npm, CXX: compiler };
    try {
      for (const name of LIBRARIES.keys()) {
        const bytes = readFileSync(join(librariesFolder, name));
        pinned.set(name, createHash('sha256').update(bytes).digest('hex'));
      }
      await assert.rejects(
        installNative(folder, { onProgress: () => undefined }),
        /^Error: TensorFlow was installed into .*, but does not run here \(Error: This processor is too old\.\)\. Training goes on with another engine\./,
      );
      assert.equal(readFileSync(compiledBinding, 'utf8'), 'compiled\n');
    } finally {
      process.env = env;
      for (const [name, hash] of published) {
        pinned.set(name, hash);
      }
    }
  });

  it('removes all of it and nothing else', async () => {
    await writeFile(join(folder, 'letter.txt'), 'of the user');
    await removeNative(folder);
    const { packageFolder, librariesFolder } = nativePaths(folder);
    assert.deepEqual([packageFolder, librariesFolder].filter(existsSync), []);
    assert.ok(existsSync(join(folder, 'letter.txt')));
  });
});
