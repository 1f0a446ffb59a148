import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { interruptedTraining } from '../../../src/editor/interruptedTraining';
import { ModelStore, type ModelPlaces } from '../../../src/trainer/modelStore';
import { lockModel } from '../../../src/trainer/training/trainingLock';
import { StoredValues } from '../../support/storedValues';
import { SmallWorkspace } from '../trainer/training/smallJob';

describe('a training that was interrupted', () => {
  const folders = ['file:///novel'];
  let workspace: SmallWorkspace;
  let store: ModelStore;
  let places: ModelPlaces;
  let told: StoredValues;
  const look = (of = folders, isUnread = false) => interruptedTraining(store, of, told, () => isUnread);

  beforeEach(async () => {
    workspace = new SmallWorkspace();
    store = new ModelStore(workspace.storage);
    places = await store.remember(folders);
    told = new StoredValues();
  });
  afterEach(() => {
    workspace.remove();
  });

  it('is news once, and the next one is news again', async () => {
    assert.equal(await look(), null);
    writeFileSync(places.resumePath, '');
    assert.equal(await look(), 'news');
    assert.equal(await look(), 'known');
    utimesSync(places.resumePath, 1, 1);
    assert.equal(await look(), 'news');
    rmSync(places.resumePath);
    assert.equal(await look(), null);
  });

  it('stays news in its window until it is read, however often one looks', async () => {
    writeFileSync(places.resumePath, '');
    assert.equal(await look(), 'news');
    assert.equal(await look(folders, true), 'news');
    assert.equal(await look(), 'known');
    rmSync(places.resumePath);
    assert.equal(await look(folders, true), null);
  });

  it('is not one of another workspace, nor of a window without a folder', async () => {
    writeFileSync(places.resumePath, '');
    assert.equal(await look(['file:///thesis']), null);
    assert.equal(await look([]), null);
  });

  it('is not one while it runs in another window, and is one as soon as its process was killed', async () => {
    writeFileSync(places.resumePath, '');
    const lock = await lockModel(places.modelPath);
    assert.equal(await look(), null);
    await lock.release();
    const { pid } = spawnSync(process.execPath, ['--version']);
    mkdirSync(`${places.modelPath}.lock`);
    const holder = { pid, host: hostname(), since: '' };
    writeFileSync(`${places.modelPath}.holder.json`, JSON.stringify(holder));
    assert.equal(await look(), 'news');
  });
});
