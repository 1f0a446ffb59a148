import assert from 'node:assert/strict';
import { existsSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PersonalModel } from '../../../src/editor/personalModel';
import { ModelStore, workspaceKey } from '../../../src/trainer/modelStore';
import { inEnglish } from '../../../src/editor/translate';
import { smallConfig, smallModelBytes } from '../../support/smallModel';
import { SmallWorkspace } from '../trainer/training/smallJob';

const shape = { ...smallConfig, attention: false };
const bytes = smallModelBytes(1);

describe('the personal model of a window', () => {
  let workspace: SmallWorkspace;
  let store: ModelStore;
  let folders: string[];
  /** What the generator uses. */
  let used: string | null;
  let model: PersonalModel;
  let changes: number;

  const keep = async (name: string): Promise<string> => {
    const { modelPath } = await store.remember([name]);
    writeFileSync(modelPath, bytes);
    return modelPath;
  };
  /** As the terminal tool or another window does. */
  const deleteElsewhere = (path: string): void => {
    rmSync(dirname(path), { recursive: true });
  };

  beforeEach(() => {
    workspace = new SmallWorkspace();
    store = new ModelStore(workspace.storage);
    folders = ['a'];
    used = null;
    changes = 0;
    const damagedFolder = workspaceKey(['damaged']);
    model = new PersonalModel(
      store,
      {
        loadModel: async (path) => {
          if (path !== null && basename(dirname(path)) === damagedFolder) {
            await sleep(20);
            throw new Error('The model is damaged.');
          }
          // Unloading takes longer here than loading, so that the order cannot be right by chance.
          await sleep(path === null ? 20 : 1);
          used = path;
          return { kind: 'modelLoaded', id: 0, description: 'an LSTM' };
        },
      },
      { t: inEnglish, folders: () => folders },
      () => {
        changes++;
      },
    );
  });
  afterEach(() => {
    workspace.remove();
  });

  it('is what the generator uses, also when a damaged one was still being loaded', async () => {
    await keep('damaged');
    const path = await keep('b');
    folders = ['damaged'];
    const damaged = assert.rejects(model.load(), /damaged/);
    await sleep(5);
    folders = ['b'];
    await Promise.all([damaged, model.load()]);
    assert.equal(model.path, path);
    assert.equal(used, path);
  });

  it('is not started from when it was deleted elsewhere, and is in use no longer', async () => {
    const path = await keep('a');
    await model.load();
    assert.deepEqual(await model.startingPoint(shape, null), { path, fits: true });
    deleteElsewhere(path);
    assert.deepEqual(await model.startingPoint(shape, null), { path: null, fits: false });
    assert.equal(model.isStored, false);
    assert.equal(used, null);
    assert.equal(changes, 2);
  });

  it('is started from when another window has made it, or made it anew', async () => {
    await model.load();
    assert.deepEqual(await model.startingPoint(shape, null), { path: null, fits: false });
    const path = await keep('a');
    assert.deepEqual(await model.startingPoint(shape, null), { path, fits: true });
    assert.equal(used, path);
    used = null;
    utimesSync(path, 1, 1);
    await model.startingPoint(shape, null);
    assert.equal(used, path);
    used = null;
    await model.startingPoint(shape, null);
    assert.equal(used, null, 'it is loaded once');
  });

  it('is passed over by a training afresh, and by one of another shape, for a base model that has that', async () => {
    const path = await keep('a');
    await model.load();
    const base = join(workspace.storage, 'base.safetensors');
    writeFileSync(base, smallModelBytes(2));
    const other = { ...shape, hiddenSize: shape.hiddenSize + 1 };
    assert.deepEqual(await model.startingPoint(shape, base), { path, fits: true });
    assert.deepEqual(await model.startingPoint(shape, base, true), { path: base, fits: true });
    assert.deepEqual(await model.startingPoint(shape, null, true), { path: null, fits: false });
    // The training says of what kind the one that is there is.
    assert.deepEqual(await model.startingPoint(other, base), { path, fits: false });
    assert.deepEqual(await model.startingPoint(other, base, true), { path: null, fits: false });
    writeFileSync(path, smallModelBytes(1, { ...smallConfig, numLayers: 2 }));
    utimesSync(path, 1, 1);
    assert.deepEqual(await model.startingPoint(shape, base), { path: base, fits: true });
  });

  it('that another window has made and is damaged is not started from', async () => {
    folders = ['damaged'];
    await model.load();
    await keep('damaged');
    assert.deepEqual(await model.startingPoint(shape, null), { path: null, fits: false });
    assert.equal(model.isStored, true);
  });

  it('is deleted once, even if another program was first', async () => {
    const path = await keep('a');
    await model.load();
    await model.delete();
    assert.equal(existsSync(path), false);
    await keep('a');
    await model.load();
    deleteElsewhere(path);
    await model.delete();
    assert.equal(model.isStored, false);
    assert.equal(used, null);
  });

  it('is in use no longer once it was deleted, though a file beside it could not be', async () => {
    const path = await keep('a');
    await model.load();
    store.delete = () => {
      rmSync(path);
      return Promise.reject(new Error('It could not be deleted.'));
    };
    await assert.rejects(model.delete(), /could not be deleted/);
    assert.equal(model.isStored, false);
    assert.equal(used, null);
  });

  it('is deleted with what an interrupted training has kept, also before there is a model', async () => {
    const { resumePath } = await store.remember(['a']);
    assert.equal(await model.isAnythingStored(), false);
    writeFileSync(resumePath, bytes);
    await model.load();
    assert.equal(await model.isAnythingStored(), true);
    await model.delete();
    assert.equal(existsSync(resumePath), false);
    assert.equal(await model.isAnythingStored(), false);
  });

  it('needs a folder', async () => {
    folders = [];
    await assert.rejects(model.delete(), /no folder is open; open one/);
  });
});
