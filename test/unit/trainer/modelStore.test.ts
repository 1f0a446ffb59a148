import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import promises from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { mock } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { decodeCheckpoint, encodeCheckpoint } from '../../../src/model/checkpoint/checkpoint';
import { CheckpointError } from '../../../src/model/checkpoint/checkpointError';
import { quantizeWeights } from '../../../src/model/network/quantizedMatrix';
import type { NetworkConfig } from '../../../src/model/networkConfig';
import { ModelStore, workspaceKey } from '../../../src/trainer/modelStore';
import { lockModel } from '../../../src/trainer/training/trainingLock';
import { smallConfig, smallModelBytes } from '../../support/smallModel';
import { whileHeldOnWindows } from '../../support/whileHeldOnWindows';
import { randomWeights } from '../model/network/randomWeights';
import { SmallWorkspace } from './training/smallJob';

describe('ModelStore', () => {
  let workspace: SmallWorkspace;
  let store: ModelStore;
  const folders = ['/home/ada/novel', '/home/ada/notes'];
  const key = workspaceKey(folders);
  const shipped = 'models/base/tokenizer.json';
  beforeEach(() => {
    workspace = new SmallWorkspace();
    store = new ModelStore(workspace.storage);
  });
  afterEach(() => {
    workspace.remove();
  });

  it('gives a workspace the same place whatever the order of its folders, and others another', () => {
    assert.equal(workspaceKey(folders.toReversed()), key);
    assert.notEqual(workspaceKey(['/home/ada/novel']), key);
  });

  it('gives it the same place where it is opened by its name in other capitals, as `cd` leaves them on Windows and macOS', () => {
    const [typed, real] = [['file:///c%3A/git/novel'], ['file:///c%3A/Git/Novel']];
    for (const [platform, isSame] of [
      ['win32', true],
      ['darwin', true],
      ['linux', false],
    ] as const) {
      assert.equal(workspaceKey(typed, platform) === workspaceKey(real, platform), isSame, platform);
    }
  });

  it('lists what was kept, newest first, with the folders it was trained on', async () => {
    assert.deepEqual(await store.list(), []);
    assert.deepEqual(await new ModelStore(join(workspace.storage, 'not made yet')).list(), []);
    const { modelPath } = await store.remember(folders);
    writeFileSync(modelPath, smallModelBytes(7));
    const [model] = await store.list();
    assert.deepEqual(model.folders, folders);
    assert.deepEqual(model.content, { config: smallConfig, training: { steps: 7 } });
    assert.equal(model.bytes, smallModelBytes(7).length);
    const names = ['/home/ada/poems', '/home/ada/letters', '/home/ada/nothing'];
    const [older, newer] = await Promise.all(names.map((name) => store.remember([name])));
    for (const [i, places] of [older, newer].entries()) {
      writeFileSync(places.modelPath, smallModelBytes(1));
      utimesSync(places.modelPath, i + 1, i + 1);
    }
    // The user's own base model.
    mkdirSync(join(workspace.storage, 'base'));
    writeFileSync(join(workspace.storage, 'base', 'personal.safetensors'), smallModelBytes(1));
    const listed = (await store.list()).map(({ modelPath: path }) => path);
    assert.deepEqual(listed, [modelPath, newer.modelPath, older.modelPath]);
  });

  it('notes the folders anew only where they are not noted, so that an interrupted training of a home folder goes on', async () => {
    const { modelPath } = await store.remember(folders);
    const path = join(dirname(modelPath), 'workspace.json');
    const before = statSync(path).ino;
    await store.remember(folders);
    assert.equal(statSync(path).ino, before);
    writeFileSync(path, '{"folders":[');
    await store.remember(folders);
    assert.deepEqual(JSON.parse(readFileSync(path, 'utf8')), { folders });
  });

  it('says what is wrong with a damaged model and lists it all the same', async () => {
    const { modelPath } = await store.remember(folders);
    writeFileSync(modelPath, smallModelBytes(7).subarray(0, 300));
    const [{ content }] = await store.list();
    assert.ok('fault' in content);
    assert.match(content.fault, /personal\.safetensors/);
  });

  it('lists the others also where one cannot be read, and names that', async () => {
    const { modelPath } = await store.remember(folders);
    writeFileSync(modelPath, smallModelBytes(7));
    const unreadable = (await store.remember(['/home/ada/secret'])).modelPath;
    mkdirSync(unreadable);
    const contents = new Map((await store.list()).map((model) => [model.modelPath, model.content]));
    assert.deepEqual(contents.get(modelPath), { config: smallConfig, training: { steps: 7 } });
    assert.deepEqual(contents.get(unreadable), {
      fault: `${unreadable} cannot be read; check that you may open it.`,
    });
  });

  it('says that the place of its folder is taken by a file', async () => {
    const file = join(workspace.folder, 'home');
    writeFileSync(file, '');
    const misplaced = new ModelStore(file);
    const sentence = /cannot be read, as a file stands where a folder should be\.$/;
    await assert.rejects(misplaced.list(), sentence);
    if (process.platform !== 'win32') {
      await assert.rejects(misplaced.show(key), sentence);
      await assert.rejects(misplaced.remember(folders), {
        message:
          /workspace\.json could not be written, because a file stands where a folder should be\. Give another place, or move the file away\.$/,
      });
    }
  });

  it('exports as a Keras model with its tokenizer beside it, and imports that with or without', async () => {
    const tokenizer: unknown = JSON.parse(readFileSync('models/base/tokenizer.json', 'utf8'));
    const kept: NetworkConfig = { ...smallConfig, vocabSize: 4096 };
    const weights = quantizeWeights(kept, randomWeights(kept, 3));
    const { modelPath } = await store.remember(folders);
    const model = { config: kept, weights, tokenizer, training: { steps: 3 }, gate: null };
    writeFileSync(modelPath, encodeCheckpoint(model));
    for (const ending of ['keras', 'h5']) {
      const path = join(workspace.storage, `novel.${ending}`);
      const beside = join(workspace.storage, 'novel.tokenizer.json');
      assert.deepEqual(await store.exportTo(key, path, true), [path, beside]);
      assert.deepEqual(JSON.parse(readFileSync(beside, 'utf8')), tokenizer);
      const other = workspaceKey([ending]);
      await store.importFrom(other, path, shipped);
      const shown = await store.show(other);
      assert.deepEqual(shown?.content, { config: kept, training: { steps: 3 } });
      assert.deepEqual(decodeCheckpoint(readFileSync(shown.modelPath), ending).weights, weights);
    }
  });

  it('keeps the present model when a Keras file is none that it can take', async () => {
    const { modelPath } = await store.remember(folders);
    writeFileSync(modelPath, smallModelBytes(7));
    await assert.rejects(store.importFrom(key, 'test/fixtures/keras/gpt.keras', shipped), {
      message: /its layers are not those of the personal network/,
    });
    assert.deepEqual(readFileSync(modelPath), Buffer.from(smallModelBytes(7)));
  });

  it('waits for no pipe that stands in place of the tokenizer of a Keras model', async function () {
    if (process.platform === 'win32') {
      this.skip();
    }
    const path = join(workspace.storage, 'novel.keras');
    mkdirSync(workspace.storage, { recursive: true });
    copyFileSync('test/fixtures/keras/gpt.keras', path);
    const pipe = join(workspace.storage, 'novel.tokenizer.json');
    execFileSync('mkfifo', [pipe]);
    await assert.rejects(store.importFrom(key, path, shipped), {
      message: `The tokenizer ${pipe} cannot be read; check that you may open it.`,
    });
  });

  it('exports and imports a model, and refuses a file that is none', async () => {
    const { modelPath } = await store.remember(folders);
    const copy = join(workspace.storage, 'copy.safetensors');
    await assert.rejects(store.exportTo(key, copy, false), {
      message: /^There is no model under [0-9a-f]{16}; train/,
    });
    writeFileSync(modelPath, smallModelBytes(7));
    await store.exportTo(key, copy, false);
    await assert.rejects(store.exportTo(key, workspace.folder, true), {
      message: /could not be written, because a folder has that name\. Give the name of a file\.$/,
    });
    const other = workspaceKey(['/elsewhere']);
    const kept: NetworkConfig = { ...smallConfig, vocabSize: 4096 };
    const tokenizer: unknown = JSON.parse(readFileSync(shipped, 'utf8'));
    const model = encodeCheckpoint({
      config: kept,
      weights: randomWeights(kept, 3),
      tokenizer,
      training: {},
      gate: null,
    });
    writeFileSync(copy, model);
    // As an import left it that was killed.
    const left = `${(await store.remember(['/elsewhere'])).modelPath}.1.partial`;
    writeFileSync(left, 'half a model');
    await store.importFrom(other, copy, shipped);
    assert.ok(!existsSync(left));
    assert.deepEqual(readFileSync(store.places(other).modelPath), Buffer.from(model));
    await assert.rejects(store.importFrom(other, workspace.folder, shipped), {
      message: /^\S+ is a folder; give the name of a model file\.$/,
    });
    await assert.rejects(store.importFrom(other, `${copy}.gone`, shipped), {
      message: /^The model \S+copy\.safetensors\.gone cannot be read; check that it exists/,
    });
    writeFileSync(copy, '{"old":"format"}');
    await assert.rejects(store.importFrom(other, copy, shipped), CheckpointError);
    truncateSync(copy, 600 * 1024 ** 2);
    await assert.rejects(store.importFrom(other, copy, shipped), {
      message:
        /^copy\.safetensors is larger than 512 MB, so it is not a model of Understudy's; choose one that/,
    });
    writeFileSync(copy, smallModelBytes(7));
    await assert.rejects(store.importFrom(other, copy, shipped), {
      message:
        /^copy\.safetensors has a different tokenizer from this version of Understudy, so it can be neither the model of a workspace nor the base model; train/,
    });
    assert.deepEqual(readFileSync(store.places(other).modelPath), Buffer.from(model));
  });

  it('replaces no file by an export, the tokenizer of a Keras model included, unless it may', async () => {
    const { modelPath } = await store.remember(folders);
    const tokenizer: unknown = JSON.parse(readFileSync('models/base/tokenizer.json', 'utf8'));
    const kept: NetworkConfig = { ...smallConfig, vocabSize: 4096 };
    const weights = quantizeWeights(kept, randomWeights(kept, 3));
    writeFileSync(
      modelPath,
      encodeCheckpoint({ config: kept, weights, tokenizer, training: {}, gate: null }),
    );
    for (const [target, there] of [
      ['novel.safetensors', 'novel.safetensors'],
      ['novel.keras', 'novel.tokenizer.json'],
    ]) {
      const [path, taken] = [join(workspace.storage, target), join(workspace.storage, there)];
      writeFileSync(taken, 'mine');
      await assert.rejects(store.exportTo(key, path, false), {
        message: `${taken} exists already, so nothing was written.`,
      });
      assert.equal(readFileSync(taken, 'utf8'), 'mine');
      assert.equal(existsSync(path), path === taken);
      await store.exportTo(key, path, true);
      assert.notEqual(readFileSync(taken, 'utf8'), 'mine');
    }
  });

  it('deletes a model, but not one that is being written', async () => {
    const { modelPath } = await store.remember(folders);
    writeFileSync(modelPath, smallModelBytes(7));
    const lock = await lockModel(modelPath);
    await assert.rejects(store.delete(key), { message: /is in use by process \d+/ });
    assert.ok(existsSync(modelPath));
    await lock.release();
    await store.delete(key);
    assert.equal(await store.show(key), null);
    await assert.rejects(store.delete(key), { message: /^There is no model/ });
  });

  it('deletes what an interrupted first training has left, although there is no model yet', async () => {
    const { resumePath } = await store.remember(folders);
    assert.equal(await store.interruptedAt(key), null);
    writeFileSync(resumePath, 'weights and places');
    utimesSync(resumePath, 60, 60);
    assert.equal(await store.interruptedAt(key), 60_000);
    const lock = await lockModel(store.places(key).modelPath);
    assert.equal(await store.interruptedAt(key), null, 'It goes on.');
    await lock.release();
    await store.delete(key);
    assert.equal(existsSync(resumePath), false);
    await assert.rejects(store.delete(key), { message: /^There is no model/ });
  });

  it('deletes a model, but not one that is being written, on a disk that is full', async () => {
    const noSpace = () => Promise.reject(Object.assign(new Error('no space'), { code: 'ENOSPC' }));
    const { modelPath, resumePath } = await store.remember(folders);
    for (const refused of ['mkdir', 'writeFile'] as const) {
      mkdirSync(dirname(modelPath), { recursive: true });
      writeFileSync(modelPath, smallModelBytes(7));
      writeFileSync(resumePath, 'half a training');
      const lock = await lockModel(modelPath);
      const mocked = mock.method(promises, refused, noSpace);
      try {
        await assert.rejects(store.delete(key), /disk is full|is in use by process \d+/);
        assert.ok(existsSync(modelPath));
        await lock.release();
        await store.delete(key);
        assert.ok(!existsSync(dirname(modelPath)));
      } finally {
        mocked.mock.restore();
      }
    }
  });

  it('leaves the lock of a training that begins as a model is deleted', async () => {
    for (let round = 0; round < 20; round++) {
      const { modelPath } = await store.remember(folders);
      const lock = `${modelPath}.lock`;
      writeFileSync(modelPath, smallModelBytes(7));
      const deletion = store.delete(key);
      for (const isThere of [true, false]) {
        while (existsSync(lock) !== isThere) {
          await setImmediate();
        }
      }
      const isTaken = takeIfFolderIsThere(lock);
      await deletion;
      assert.equal(existsSync(lock), isTaken);
      rmSync(lock, { recursive: true, force: true });
    }
  });

  it('deletes a model, and takes an imported one, though another program looks at the files on Windows', async () => {
    const { modelPath, resumePath } = await store.remember(folders);
    const other = join(workspace.storage, 'other.safetensors');
    const config: NetworkConfig = { ...smallConfig, vocabSize: 4096 };
    const tokenizer: unknown = JSON.parse(readFileSync(shipped, 'utf8'));
    const weights = randomWeights(config, 3);
    writeFileSync(other, encodeCheckpoint({ config, weights, tokenizer, training: {}, gate: null }));
    writeFileSync(modelPath, smallModelBytes(7));
    writeFileSync(resumePath, 'half a training');
    await whileHeldOnWindows(() => store.importFrom(key, other, shipped));
    assert.deepEqual(readFileSync(modelPath), readFileSync(other));
    assert.ok(!existsSync(resumePath));
    await whileHeldOnWindows(() => store.delete(key));
    assert.ok(!existsSync(dirname(modelPath)));
  });

  it('leaves nothing of a training that left nothing, and all of one that left something or goes on', async () => {
    const places = await store.remember(folders);
    const noted = join(dirname(places.modelPath), 'workspace.json');
    const lock = await lockModel(places.modelPath);
    await store.forgetUnused(folders);
    await lock.release();
    assert.ok(existsSync(noted));
    for (const path of [places.modelPath, places.resumePath]) {
      writeFileSync(path, 'what it left');
      await store.forgetUnused(folders);
      assert.ok(existsSync(noted));
      rmSync(path);
    }
    await store.forgetUnused(folders);
    assert.equal(existsSync(dirname(places.modelPath)), false);
    await store.forgetUnused(folders);
  });

  it('knows the folders of a model although another training, which left nothing, ended as its own began', async () => {
    const { modelPath } = await store.remember(folders);
    await store.forgetUnused(folders);
    const lock = await lockModel(modelPath);
    writeFileSync(modelPath, smallModelBytes(7));
    await lock.release();
    await store.forgetUnused(folders);
    assert.deepEqual((await store.show(key))?.folders, folders);
  });

  it('leaves nothing of a model that was deleted', async () => {
    const { modelPath } = await store.remember(folders);
    writeFileSync(modelPath, smallModelBytes(7));
    await store.delete(key);
    assert.equal(existsSync(dirname(modelPath)), false);
  });

  it('names the file that another program holds as a model is deleted, and deletes the rest once it is let go', async () => {
    const { modelPath, resumePath } = await store.remember(folders);
    const noted = join(dirname(modelPath), 'workspace.json');
    const leftover = `${modelPath}.7.partial`;
    const deleted = [leftover, modelPath, resumePath, noted];
    const { rm } = promises;
    for (const [at, held] of [leftover, modelPath, resumePath].entries()) {
      await store.remember(folders);
      for (const path of [leftover, modelPath, resumePath]) {
        writeFileSync(path, smallModelBytes(7));
      }
      const mocked = mock.method(promises, 'rm', (path: string, options: object) =>
        path === held
          ? Promise.reject(Object.assign(new Error('EBUSY'), { code: 'EBUSY' }))
          : rm(path, options),
      );
      try {
        await assert.rejects(store.delete(key), ({ message }: Error) =>
          message.startsWith(`${held} could not be deleted, `),
        );
      } finally {
        mocked.mock.restore();
      }
      assert.deepEqual(
        deleted.map(existsSync),
        deleted.map((_, i) => i >= at),
      );
      await store.delete(key);
      assert.ok(!existsSync(dirname(modelPath)));
    }
  });

  it('refuses a key that would lead elsewhere', () => {
    assert.throws(() => store.places('../../etc'), { message: /is not the key of a model/ });
  });
});

function takeIfFolderIsThere(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    return false;
  }
}
