import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AwaitedRuntime } from '../../../src/editor/awaitedRuntime';
import type { Runtime } from '../../../src/trainer/native/installRuntime';
import { thisSystem } from '../../../src/trainer/native/thisSystem';

const RUNTIME: Runtime = {
  name: 'a runtime',
  models: 'models',
  package: 'some-runtime',
  version: '1.0.0',
  systems: { [thisSystem]: [] },
  download: 1,
  size: 1,
  elsewhere: '',
};

describe('what runs models, where another window installs it', () => {
  let folder: string;
  let followed: number;
  const awaited = () =>
    new AwaitedRuntime(RUNTIME, folder, () => {
      followed++;
      return Promise.resolve();
    });
  /** As npm leaves it. */
  const install = async (): Promise<void> => {
    const { package: name, version } = RUNTIME;
    const modules = join(folder, 'node_modules');
    await mkdir(join(modules, name), { recursive: true });
    await writeFile(join(modules, name, 'package.json'), JSON.stringify({ version }));
    const packages = { [`node_modules/${name}`]: { version } };
    await writeFile(join(modules, '.package-lock.json'), JSON.stringify({ packages }));
  };
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'understudy-runtime-'));
    followed = 0;
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('has the model opened, once, that this window could not open without it', async () => {
    const runtime = awaited();
    await runtime.noteFailure();
    await runtime.lookAgain();
    assert.equal(followed, 0);
    await install();
    await runtime.lookAgain();
    await runtime.lookAgain();
    assert.equal(followed, 1);
  });

  it('has no model opened again that could not be opened for another reason', async () => {
    await install();
    const runtime = awaited();
    await runtime.noteFailure();
    await runtime.lookAgain();
    assert.equal(followed, 0);
  });
});
