import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { DoneEvent } from '../../../../src/protocol/trainerProtocol.js';
import { closeAll, openDraft, triggerUntilGhostText } from '../../support/editing.js';
import { needsKeyboard } from '../../support/theWindow.js';

describe('A window with two roots', () => {
  before(() => {
    assert.deepEqual(
      vscode.workspace.workspaceFolders?.map(({ name }) => name),
      ['harbour', 'orchard'],
    );
  });
  beforeEach(closeAll);

  describe('typing', () => {
    before(needsKeyboard);

    it('suggests from the root that the text is in', async () => {
      await openDraft('today.md', 'In fog the pilot cutter Kit█\n');
      await triggerUntilGhostText('tiwake');
    });

    it('suggests from the other root too', async () => {
      await openDraft('today.md', 'The boy brought scions of Ashm█\n');
      await triggerUntilGhostText("ead's Kernel");
    });
  });

  it('trains one model on both roots', async function () {
    this.timeout(90_000);
    const done: DoneEvent | undefined = await vscode.commands.executeCommand('understudy.trainOnWorkspace', {
      preview: false,
    });
    assert.ok(done?.after, 'The training gave no score.');
    assert.ok(done.steps > 0);
    if (done.outcome === 'improved') {
      assert.ok(done.modelPath !== null && existsSync(done.modelPath));
    }
  });

  it('does not claim to use a model whose folders are no longer those of the workspace', async function () {
    this.timeout(90_000);
    const { showInformationMessage } = vscode.window;
    const told: string[] = [];
    vscode.window.showInformationMessage = (message: string) => {
      told.push(message);
      return Promise.resolve(undefined);
    };
    await vscode.commands.executeCommand('understudy.deleteModel', { confirm: false });
    const added = await mkdtemp(join(tmpdir(), 'understudy-added-'));
    try {
      const running = vscode.commands.executeCommand<DoneEvent>('understudy.trainOnWorkspace', {
        preview: false,
      });
      await sleep(1000);
      assert.ok(vscode.workspace.updateWorkspaceFolders(2, 0, { uri: vscode.Uri.file(added) }));
      const { outcome } = await running;
      assert.equal(outcome, 'improved');
      assert.match(told.at(-1)!, /The folders of the workspace have changed meanwhile/);
    } finally {
      vscode.window.showInformationMessage = showInformationMessage;
      vscode.workspace.updateWorkspaceFolders(2, 1);
      await rm(added, { recursive: true });
    }
  });
});
