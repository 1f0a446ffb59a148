import assert from 'node:assert/strict';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireInstalled } from '../../../../src/trainer/engines/enginePackages';

describe('An optional engine', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'understudy-engine-')));
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** @returns its folder */
  async function addPackage(name: string): Promise<string> {
    const packageFolder = join(folder, 'node_modules', name);
    await mkdir(packageFolder, { recursive: true });
    await writeFile(join(packageFolder, 'package.json'), JSON.stringify({ name }));
    return packageFolder;
  }

  it('is asked for nowhere when the choice is left to a trial, or is the engine that always works', () => {
    requireInstalled('auto', []);
    requireInstalled('wasm', []);
  });

  it('is WebGPU once all of its packages are there, and what is missing is named', async () => {
    const required = () => {
      requireInstalled('webgpu', [folder]);
    };
    assert.throws(
      required,
      /^Error: The WebGPU engine is not installed\. [^:]*"Understudy: Install WebGPU Engine"[^:]*\.$/,
    );
    const dawn = await addPackage('webgpu');
    await addPackage('@tensorflow/tfjs-core');
    assert.throws(required, (error: Error) =>
      error.message.endsWith(
        ` What was found is not usable: ${dawn} is without @tensorflow/tfjs-backend-webgpu.`,
      ),
    );
    await addPackage('@tensorflow/tfjs-backend-webgpu');
    assert.doesNotThrow(required);
  });
});
