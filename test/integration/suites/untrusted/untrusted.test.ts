import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { closeAll, ghostTextBeginning, openDraft } from '../../support/editing.js';
import { needsKeyboard, theWindow } from '../../support/theWindow.js';
import { waitFor } from '../../support/waitFor.js';

describe('A window in Restricted Mode', () => {
  before(needsKeyboard);
  before(() => {
    assert.equal(vscode.workspace.isTrusted, false);
  });
  beforeEach(closeAll);

  it('suggests from the open document, and reads no other file of the workspace', async () => {
    const text = 'Bramblewick Cove lies north of the light. Bramblewick Cove is dry at low water.\n';
    await openDraft('draft.md', `${text}█\n`);
    await theWindow.type('We sailed to Bramblew');
    await ghostTextBeginning('ick Cove');
    await theWindow.press('Escape');
    await theWindow.type('. The lamp in the east window of ');
    await waitFor('an answer of the generator', async () => {
      const why: string = await vscode.commands.executeCommand('understudy.whyNoSuggestion');
      return !why.includes('has asked for no suggestion');
    });
    assert.ok(!(await theWindow.ghostText()).includes('Marrowfield'));
  });

  it('says at Train on Workspace that training needs trust', async () => {
    const done: unknown = await vscode.commands.executeCommand('understudy.trainOnWorkspace', {
      preview: false,
    });
    assert.equal(done, undefined);
    await waitFor('the sentence', async () =>
      (await theWindow.notifications()).some((text) => text.includes('needs a trusted one')),
    );
  });
});
