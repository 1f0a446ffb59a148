import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
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
});
