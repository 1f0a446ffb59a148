import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_TRAINING } from '../../../src/protocol/trainerProtocol';
import { trainForFolder } from '../../../src/terminal/trainForFolder';
import { ModelStore } from '../../../src/trainer/modelStore';
import { fakeTerminal } from './fakeTerminal';
import { ownHome } from './ownHome';

describe('a training in the terminal that leaves nothing', () => {
  let folder: string;
  const store = Object.getOwnPropertyDescriptors(ModelStore.prototype);
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'understudy-training-'));
    ModelStore.prototype.forgetUnused = () => Promise.reject(new Error('EACCES: permission denied'));
  });
  ownHome(() => folder);
  after(() => {
    Object.defineProperties(ModelStore.prototype, store);
    rmSync(folder, { recursive: true });
  });

  it('says why the name of its folder stays noted, and fails for its own reason', async () => {
    const { terminal, written } = fakeTerminal();
    const options = DEFAULT_TRAINING;
    await assert.rejects(
      trainForFolder(terminal, { folder, options, initialModelPath: null, out: null }),
      /nowhere/,
    );
    assert.equal(written.stderr, 'EACCES: permission denied\n');
  });
});
