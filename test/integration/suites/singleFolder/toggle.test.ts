import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { closeAll, ghostTextBeginning, openDraft, why } from '../../support/editing.js';
import { needsKeyboard, theWindow } from '../../support/theWindow.js';
import { waitFor } from '../../support/waitFor.js';

const toggle = (): Thenable<unknown> => vscode.commands.executeCommand('understudy.toggle');

describe('Toggle Ghost Text', () => {
  before(needsKeyboard);
  beforeEach(closeAll);
  after(closeAll);

  it('turns ghost text off, says so, and turns it on again', async () => {
    await openDraft('draft.md', '# Draft\n\n█\n');
    await toggle();
    try {
      await waitFor('the status bar to say off', async () =>
        (await theWindow.statusBarItem()).includes('off'),
      );
      assert.match(await why(), /understudy\.enable/);
      await theWindow.type('The lamp in the east window of ');
      await sleep(1000);
      assert.equal(await theWindow.ghostText(), '');
    } finally {
      await toggle();
    }
    await waitFor('the status bar to say on', async () => !(await theWindow.statusBarItem()).includes('off'));
    await openDraft('draft.md', '# Draft\n\n█\n');
    await theWindow.type('The lamp in the east window of ');
    await ghostTextBeginning('Marrowfield House');
  });
});
