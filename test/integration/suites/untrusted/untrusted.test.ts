import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
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

  it('learns no file that is made or saved in it', async () => {
    const { uri } = vscode.workspace.workspaceFolders![0];
    const [made, saved] = ['made.md', 'saved.md'].map((name) => vscode.Uri.joinPath(uri, name));
    const text = (name: string) => `The man at Quillon Ness was called ${name}.\n`.repeat(4);
    const edit = new vscode.WorkspaceEdit();
    edit.createFile(made, { contents: Buffer.from(text('Bartholomew Thrupp')) });
    edit.createFile(saved);
    await vscode.workspace.applyEdit(edit);
    try {
      const writing = new vscode.WorkspaceEdit();
      writing.insert(saved, new vscode.Position(0, 0), text('Ignatius Pellow'));
      await vscode.workspace.applyEdit(writing);
      await vscode.workspace.saveAll();
      // In a trusted window both are known by then.
      await sleep(2500);
      await openDraft('draft.md', '# Draft\n\nThe man at Quillon Ness was called █\n');
      await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
      await untilAnswered();
      const ghostText = await waitFor('the suggestion', () => theWindow.ghostText());
      assert.doesNotMatch(ghostText, /Bartholomew|Ignatius/);
    } finally {
      await closeAll();
      await Promise.all([made, saved].map((file) => vscode.workspace.fs.delete(file)));
    }
  });

  it('says on Train on Workspace that training needs trust, and offers to give it', async () => {
    const done: unknown = await vscode.commands.executeCommand('understudy.trainOnWorkspace', {
      preview: false,
    });
    assert.equal(done, undefined);
    await told('needs a trusted one');
    await vscode.commands.executeCommand('notifications.showList');
    await vscode.commands.executeCommand('notification.acceptPrimaryAction');
    await waitFor('the page of trust', () =>
      vscode.window.tabGroups.activeTabGroup.activeTab?.label.includes('Workspace Trust'),
    );
  });

  it('makes no link of what a setting of the workspace holds, which would run any command when clicked', async () => {
    const settings = vscode.workspace.getConfiguration('understudy');
    const set = (value?: string) =>
      settings.update('sampling.temperature', value, vscode.ConfigurationTarget.Workspace);
    await openDraft('link.md', 'The lamp in the east window of █\n');
    await set('[Mend](command:workbench.action.tasks.build)');
    try {
      await vscode.commands.executeCommand('understudy.generateFromSelection');
      await told('[Mend] (command:workbench.action.tasks.build)');
    } finally {
      await set();
    }
  });

  it('says what to do before a language model or a masked model can be chosen', async () => {
    await vscode.commands.executeCommand('understudy.chooseLanguageModel');
    await told('Language models are opened in trusted workspaces only.');
    await vscode.commands.executeCommand('understudy.chooseMaskedModel');
    await told('Masked models are opened in trusted workspaces only.');
  });
});
