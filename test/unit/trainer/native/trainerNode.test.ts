import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import Module from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { loadWebgpuEngine } from '../../../../src/trainer/engines/webgpuEngine';
import { WEBGPU } from '../../../../src/trainer/native/installRuntime';
import { requireNodeForWebgpu, trainerNode } from '../../../../src/trainer/native/trainerNode';

const electron = { ...process.versions, electron: '39.2.0' };
const refusal = {
  message: /^WebGPU cannot train on the program of VS Code on the desktop.*Install Node\.js/,
};

describe('The Node.js that a training runs on', function () {
  const { env } = process;
  let folder: string;
  let webgpu: string;
  before(function () {
    if (process.platform === 'win32') {
      this.skip();
    }
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'understudy-node-'));
    webgpu = join(folder, 'webgpu');
    for (const [name, version] of Object.entries({ [WEBGPU.package]: WEBGPU.version, ...WEBGPU.beside })) {
      const place = join(webgpu, 'node_modules', name);
      await mkdir(place, { recursive: true });
      await writeFile(join(place, 'package.json'), JSON.stringify({ version }));
    }
  });
  afterEach(async () => {
    process.env = env;
    delete (process.versions as Record<string, string>)['electron'];
    await rm(folder, { recursive: true, force: true });
  });
  /** Puts a program called node that says this before all others. */
  const find = async (said: string): Promise<void> => {
    await writeFile(join(folder, 'node'), `#!/bin/sh\necho '${said}'\n`);
    await chmod(join(folder, 'node'), 0o755);
    process.env = { ...env, PATH: `${folder}${delimiter}${env['PATH']}` };
  };

  it("is the user's own where WebGPU may train inside Electron", async () => {
    await find('{"node":"22.4.0","v8":"12.4.254","path":"/opt/node"}');
    const found = { path: '/opt/node', v8: '12.4.254' };
    assert.deepEqual(await trainerNode('auto', webgpu, electron), found);
    assert.deepEqual(await trainerNode('webgpu', webgpu, electron), found);
    await requireNodeForWebgpu(electron);
  });

  it("is the extension's own program otherwise", async () => {
    await find('{"node":"22.4.0","v8":"12.4.254","path":"/opt/node"}');
    assert.equal(await trainerNode('auto', webgpu), null, 'a remote window runs on Node.js');
    assert.equal(await trainerNode('native', webgpu, electron), null);
    assert.equal(await trainerNode('wasm', webgpu, electron), null);
    assert.equal(await trainerNode('auto', join(folder, 'nothing'), electron), null, 'not installed');
    await requireNodeForWebgpu();
  });

  for (const said of [
    '{"node":"18.20.0","v8":"10.2.154"}',
    '{"node":"20.18.3","v8":"11.3.244"}',
    '{"node":"21.7.3","v8":"11.8.172"}',
    '{"node":"22.1.0","v8":"12.4.254"}',
    'Usage:',
  ]) {
    it(`is none that says ${said}, and the WebGPU engine is refused before it is downloaded`, async () => {
      await find(said);
      assert.equal(await trainerNode('auto', webgpu, electron), null);
      await assert.rejects(requireNodeForWebgpu(electron), refusal);
    });
  }

  it("is the user's own also for an earlier version of the engine, and is not waited for longer than it may take to answer", async () => {
    await writeFile(join(webgpu, 'node_modules', WEBGPU.package, 'package.json'), '{"version":"0.0.1"}');
    await find('{"node":"22.4.0","v8":"12.4.254","path":"/opt/node"}');
    assert.deepEqual(await trainerNode('auto', webgpu, electron), { path: '/opt/node', v8: '12.4.254' });
    await writeFile(join(folder, 'node'), '#!/bin/sh\nexec sleep 600\n');
    assert.equal(await trainerNode('auto', webgpu, electron, 200), null);
  });

  it('is the one that a version manager starts, and not its own program of that name', async () => {
    await writeFile(join(folder, 'node'), `#!/bin/sh\n"${process.execPath}" "$@"\n`, { mode: 0o755 });
    process.env = { ...env, PATH: `${folder}${delimiter}${env['PATH']}` };
    const { v8 } = process.versions;
    assert.deepEqual(await trainerNode('auto', webgpu, electron), { path: process.execPath, v8 });
  });

  it('is none where there is none', async () => {
    process.env = { ...env, PATH: folder };
    assert.equal(await trainerNode('webgpu', webgpu, electron), null);
    await assert.rejects(requireNodeForWebgpu(electron), refusal);
  });

  it('is asked for by the engine that was started in Electron nevertheless', async () => {
    Object.defineProperty(process.versions, 'electron', { value: '39.2.0', configurable: true });
    await assert.rejects(loadWebgpuEngine(), refusal);
  });

  it('is not asked for in place of an engine that is not installed', async () => {
    Object.defineProperty(process.versions, 'electron', { value: '39.2.0', configurable: true });
    const loader = Module as unknown as { _resolveFilename: (name: string, ...rest: unknown[]) => string };
    const { _resolveFilename: resolve } = loader;
    loader._resolveFilename = (name, ...rest) => resolve(name.replace(/^webgpu\//, 'webgpu-gone/'), ...rest);
    try {
      await assert.rejects(loadWebgpuEngine(), /^Error: The WebGPU engine is not installed\./);
    } finally {
      loader._resolveFilename = resolve;
    }
  });
});
