import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { closeAll, ghostTextBeginning, openDraft, untilAnswered } from '../../support/editing.js';
import { needsKeyboard, theWindow } from '../../support/theWindow.js';
import { waitFor } from '../../support/waitFor.js';
import { told } from '../../support/told.js';

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

    // Asked for, the likeliest is shown however unlikely it is.
    await openDraft('lamp.md', 'The lamp in the east window of █\n');
    await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
    assert.match(await untilAnswered(), /had a suggestion/);
    const ghostText = await waitFor('the suggestion at the lamp', () => theWindow.ghostText());
    assert.ok(!ghostText.includes('Marrowfield'), ghostText);
  });

  it('says on Train on Workspace that training needs trust', async () => {
    const done: unknown = await vscode.commands.executeCommand('understudy.trainOnWorkspace', {
      preview: false,
    });
    assert.equal(done, undefined);
    await told('needs a trusted one');
  });

  it('says what to do before a language model or a masked model can be chosen', async () => {
    await vscode.commands.executeCommand('understudy.chooseLanguageModel');
    await told('A language model is opened in trusted workspaces only; choose Manage Workspace Trust first.');
    await vscode.commands.executeCommand('understudy.chooseMaskedModel');
    await told('A masked model is opened in trusted workspaces only; choose Manage Workspace Trust first.');
  });
});
