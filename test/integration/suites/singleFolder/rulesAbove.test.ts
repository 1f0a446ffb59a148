import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { RulesAbove } from '../../../../src/editor/rulesAbove.js';

describe('Rules above the folders', () => {
  const { createFileSystemWatcher } = vscode.workspace;
  let repository: string;
  /** The patterns of the watchers that are there. */
  const watched = new Set<string>();

  before(async () => {
    repository = await mkdtemp(join(tmpdir(), 'understudy-above-'));
    await mkdir(join(repository, '.git'));
    const silent = () => new vscode.Disposable(() => undefined);
    vscode.workspace.createFileSystemWatcher = (given) => {
      const { pattern } = given as vscode.RelativePattern;
      watched.add(pattern);
      return Object.assign(new vscode.Disposable(() => watched.delete(pattern)), {
        ...{ ignoreCreateEvents: false, ignoreChangeEvents: false, ignoreDeleteEvents: false },
        ...{ onDidCreate: silent, onDidChange: silent, onDidDelete: silent },
      });
    };
  });
  after(async () => {
    vscode.workspace.createFileSystemWatcher = createFileSystemWatcher;
    await rm(repository, { recursive: true });
  });

  it('are watched for the folders that were told last, though those told before take longer to look at', async () => {
    const above = new RulesAbove(() => undefined);
    const deep = join(repository, ...Array.from({ length: 40 }, () => 'inner'));
    const earlier = above.watch([deep]);
    await above.watch([repository]);
    await earlier;
    assert.deepEqual([...watched], ['exclude']);
    above.dispose();
    assert.deepEqual([...watched], []);
  });

  it('are not watched where it ended while they were looked for', async () => {
    const above = new RulesAbove(() => undefined);
    const looking = above.watch([repository]);
    above.dispose();
    await looking;
    assert.deepEqual([...watched], []);
  });
});
