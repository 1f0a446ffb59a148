import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lock } from 'proper-lockfile';
import {
  describeRuntime,
  installRuntime,
  isRuntimeInstalled,
  LLAMA,
  ONNX_RUNTIME,
  WEBGPU,
  removeRuntime,
  type Runtime,
} from '../../../../src/trainer/native/installRuntime';
import { isAnythingInstalled } from '../../../../src/trainer/native/removeInstalled';
import { thisSystem } from '../../../../src/trainer/native/thisSystem';
import { whileHeldOnWindows } from '../../../support/whileHeldOnWindows';

const context = { onProgress: () => undefined };

describe('Installation of what runs models', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'understudy-runtime-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const writePackage = async (name: string, version: string): Promise<void> => {
    await mkdir(join(folder, 'node_modules', name), { recursive: true });
    await writeFile(join(folder, 'node_modules', name, 'package.json'), JSON.stringify({ version }));
  };
  /** As npm does when it is done. */
  const listPackages = async (versions: Readonly<Record<string, string>>): Promise<void> => {
    const packages = Object.entries(versions).map(([name, version]) => [`node_modules/${name}`, { version }]);
    const list = JSON.stringify({ packages: Object.fromEntries(packages) as unknown });
    await writeFile(join(folder, 'node_modules', '.package-lock.json'), list);
  };
  const beside = (runtime: Runtime): readonly string[] =>
    runtime.systems[`${process.platform} ${process.arch}`] ?? [];

  for (const runtime of [LLAMA, ONNX_RUNTIME, WEBGPU]) {
    it(`tells what ${runtime.name} downloads, and where it puts it`, () => {
      assert.match(describeRuntime(runtime, folder), /^.*, which runs .+: downloads about \d+ MB from npm/);
      assert.ok(describeRuntime(runtime, folder).includes(folder));
    });

    it(`takes ${runtime.name} for installed only when all of it is there, in the version that is wanted`, async () => {
      const isInstalled = () => isRuntimeInstalled(runtime, folder);
      const versions = {
        ...Object.fromEntries([runtime.package, ...beside(runtime)].map((name) => [name, runtime.version])),
        ...runtime.beside,
      };
      assert.equal(await isInstalled(), false);
      for (const [name, version] of Object.entries(versions)) {
        await writePackage(name, version);
        // npm may have been ended before it had unpacked all files.
        assert.equal(await isInstalled(), false);
      }
      await listPackages({ ...versions, [runtime.package]: '0.0.1' });
      assert.equal(await isInstalled(), false);
      await listPackages(versions);
      assert.equal(await isInstalled(), true);
      for (const [name, version] of Object.entries(versions)) {
        await writePackage(name, '0.0.1');
        assert.equal(await isInstalled(), false);
        await writePackage(name, version);
      }
      await installRuntime(runtime, folder, context);
    });
  }

  /** Installs with another program in the place of npm. */
  const installWith = async (script: string): Promise<void> => {
    const npm = join(folder, 'npm.js');
    await writeFile(npm, script);
    const { npm_execpath: before } = process.env;
    process.env['npm_execpath'] = npm;
    try {
      await installRuntime({ ...ONNX_RUNTIME, systems: { [thisSystem]: [] } }, folder, context);
    } finally {
      process.env['npm_execpath'] = before;
      if (before === undefined) {
        delete process.env['npm_execpath'];
      }
    }
  };

  it('unpacks all again where npm was ended as it did so, of which npm would keep what is there', async () => {
    await writePackage(ONNX_RUNTIME.package, ONNX_RUNTIME.version);
    await writeFile(join(folder, 'package-lock.json'), '{}');
    await assert.rejects(
      installWith('console.log(require("node:fs").readdirSync(".").join()); process.exit(1);'),
      /ended with status 1: npm\.js,package\.json$/,
    );
  });

  for (const [fault, output, told] of [
    [
      'the network is away',
      'npm error code ENOTFOUND\nnpm error syscall getaddrinfo\nnpm error errno ENOTFOUND\nnpm error network request to https://registry.npmjs.org/a failed\nnpm error network In most cases you are behind a proxy.\n',
      /npm could not install onnxruntime-node\. Check the network .* network request to https:\/\/registry\.npmjs\.org\/a failed$/,
    ],
    [
      'the disk is full',
      'npm warn tar TAR_ENTRY_ERROR ENOSPC: no space left on device, write\nnpm error code ENOSPC\n',
      /ONNX Runtime could not be installed into .+, because the disk is full\. Free some space and install again\.$/,
    ],
  ] as const) {
    it(`says that ${fault}, and not where npm has written more of it`, async () => {
      const lines = `${output}npm error A complete log of this run can be found in: /home/ada/.npm/_logs\n`;
      await assert.rejects(
        installWith(`process.stderr.write(${JSON.stringify(lines)}); process.exitCode = 1;`),
        told,
      );
    });
  }

  it('says where there is no npm what to install first', async () => {
    const { npm_execpath: script, PATH: searchPath } = process.env;
    delete process.env['npm_execpath'];
    process.env['PATH'] = folder;
    try {
      await assert.rejects(
        installRuntime({ ...ONNX_RUNTIME, systems: { [thisSystem]: [] } }, folder, context),
        /^Error: ONNX Runtime is installed with npm, which was not found\. Install Node\.js from https:\/\/nodejs\.org first\.$/,
      );
    } finally {
      process.env['PATH'] = searchPath;
      if (script !== undefined) {
        process.env['npm_execpath'] = script;
      }
    }
  });

  it('does not take it for installed where npm, as it is configured, has done nothing', async () => {
    await assert.rejects(
      installWith(''),
      /^Error: npm reported no fault, but did not install onnxruntime-node into .*\. Check npm's configuration/,
    );
  });

  it('keeps an earlier version that is whole where npm cannot install another', async () => {
    await writePackage(ONNX_RUNTIME.package, '0.0.1');
    await listPackages({ [ONNX_RUNTIME.package]: '0.0.1' });
    await assert.rejects(installWith('process.exit(1);'), /^Error: npm could not install onnxruntime-node\./);
    assert.ok(existsSync(join(folder, 'node_modules', ONNX_RUNTIME.package, 'package.json')));
  });

  it('keeps the programs of this system alone, also where a scanner looks at the others on Windows', async () => {
    const programs = join(folder, 'node_modules', ONNX_RUNTIME.package, ONNX_RUNTIME.programs!);
    await writePackage(ONNX_RUNTIME.package, '0.0.1');
    await listPackages({ [ONNX_RUNTIME.package]: ONNX_RUNTIME.version });
    const places = ['darwin/arm64', 'linux/x64', 'win32/arm64', `win32/${process.arch}`];
    await whileHeldOnWindows(() =>
      installWith(
        `const { mkdirSync, writeFileSync } = require('node:fs');
        for (const place of ${JSON.stringify(places)}) {
          mkdirSync(${JSON.stringify(`${programs}/`)} + place, { recursive: true });
        }
        writeFileSync('node_modules/${ONNX_RUNTIME.package}/package.json', '{ "version": "${ONNX_RUNTIME.version}" }');`,
      ),
    );
    assert.deepEqual(await readdir(programs, { recursive: true }), ['win32', join('win32', process.arch)]);
  });

  it('says where there is none for a system, and what to do there', async () => {
    const elsewhere = { ...LLAMA, systems: {} };
    await assert.rejects(
      installRuntime(elsewhere, folder, context),
      /^Error: There is no prebuilt llama\.cpp for .*\. Run a llama\.cpp server there/,
    );
  });

  it('is not run twice at once', async () => {
    const release = await lock(folder);
    await assert.rejects(installRuntime(ONNX_RUNTIME, folder, context), /being installed into .* already/);
    await release();
  });

  it('is not removed while another window installs it', async () => {
    await writePackage(ONNX_RUNTIME.package, ONNX_RUNTIME.version);
    const release = await lock(folder);
    await assert.rejects(
      removeRuntime(ONNX_RUNTIME, folder),
      /^Error: ONNX Runtime is being installed into .* already/,
    );
    assert.ok(existsSync(join(folder, 'node_modules')));
    await release();
    await removeRuntime(ONNX_RUNTIME, folder);
    assert.ok(!existsSync(join(folder, 'node_modules')) && !existsSync(`${folder}.lock`));
  });

  it('says why its folder cannot be held, and not that another installation runs', async () => {
    // A file in the place of the lock's folder, too old to be a held lock.
    const inTheWay = `${folder}.lock`;
    await writeFile(inTheWay, '');
    await utimes(inTheWay, 0, 0);
    await assert.rejects(
      installRuntime(ONNX_RUNTIME, folder, context),
      /^Error: ONNX Runtime cannot be installed into .* \(ENOTDIR.*Check that you may write there/,
    );
    await rm(inTheWay);
  });

  it('removes all of it and nothing else', async () => {
    await writePackage(ONNX_RUNTIME.package, ONNX_RUNTIME.version);
    await writeFile(join(folder, 'letter.txt'), 'of the user');
    await removeRuntime(ONNX_RUNTIME, folder);
    assert.deepEqual(
      [existsSync(join(folder, 'node_modules')), existsSync(join(folder, 'letter.txt'))],
      [false, true],
    );
  });

  it('knows whether there is anything to remove, also of an installation that was broken off', async () => {
    assert.equal(isAnythingInstalled(join(folder, 'none')), false);
    assert.equal(isAnythingInstalled(folder), false);
    await writeFile(join(folder, 'package.json'), '{}');
    assert.equal(isAnythingInstalled(folder), true);
    await removeRuntime(LLAMA, folder);
    assert.equal(isAnythingInstalled(folder), false);
  });

  it('says that it could not be removed, and what to do', async () => {
    const noFolder = join(folder, 'file');
    await writeFile(noFolder, '');
    await assert.rejects(
      removeRuntime(LLAMA, noFolder),
      /^Error: llama\.cpp could not be removed completely from .* \(ENOTDIR.*\)\. Close what still uses it/,
    );
  });
});
