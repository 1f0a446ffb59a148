import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { closeAll, ghostTextBeginning, openDraft } from '../../support/editing.js';
import { needsKeyboard, theWindow } from '../../support/theWindow.js';
import { waitFor } from '../../support/waitFor.js';

const why = (): Thenable<string> => vscode.commands.executeCommand('understudy.whyNoSuggestion');

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

    // The reason given for an empty document is unique, so the answer that follows it can be told apart.
    await openDraft('empty.md', '█');
    await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
    await waitFor('the answer for an empty document', async () => (await why()).includes('is empty'));
    await openDraft('lamp.md', 'The lamp in the east window of█\n');
    await theWindow.type(' ');
    const answer = await waitFor('the answer at the lamp', async () => {
      const given = await why();
      return !given.includes('is empty') && given;
    });
    const ghostText = answer.includes('had a suggestion')
      ? await waitFor('the suggestion at the lamp', () => theWindow.ghostText())
      : '';
    assert.ok(!ghostText.includes('Marrowfield'), ghostText);
  });

  it('says on Train on Workspace that training needs trust', async () => {
    const done: unknown = await vscode.commands.executeCommand('understudy.trainOnWorkspace', {
      preview: false,
    });
    assert.equal(done, undefined);
    await waitFor('the sentence', async () =>
      (await theWindow.notifications()).some((text) => text.includes('needs a trusted one')),
    );
  });
});
