import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import {
  closeAll,
  ghostTextBeginning,
  openDraft,
  triggerUntilGhostText,
  why,
  workspaceFolder,
} from '../../support/editing.js';
import { needsKeyboard, theWindow } from '../../support/theWindow.js';
import { waitFor } from '../../support/waitFor.js';

describe('The commit message box', () => {
  let control: vscode.SourceControl;
  const written = () => control.inputBox.value;
  before(needsKeyboard);
  before('the workspace has been read', async () => {
    await openDraft('draft.md', '# Draft\n\nThe lamp in the east window of █\n');
    await triggerUntilGhostText('Marrowfield House');
  });
  beforeEach(async () => {
    await closeAll();
    control = vscode.scm.createSourceControl('test', 'Test', vscode.Uri.file(workspaceFolder()));
    // VS Code puts what was written there before into the box again.
    control.inputBox.value = '';
  });
  afterEach(async () => {
    control.dispose();
    await vscode.commands.executeCommand('workbench.view.explorer');
  });

  const type = async (text: string): Promise<void> => {
    await vscode.commands.executeCommand('workbench.view.scm');
    await vscode.commands.executeCommand('workbench.scm.action.focusNextInput');
    await theWindow.idle();
    await theWindow.type(text);
  };

  it('has ghost text, which Tab takes, and Ctrl+Right a word of it', async () => {
    await type('The lamp in the east window of ');
    const ghost = await ghostTextBeginning('Marrowfield House');
    await theWindow.press('Tab');
    await waitFor('the accepted text', () => written().endsWith(ghost));
    await ghostTextBeginning(' ');
    const before = written();
    await theWindow.press('Control+ArrowRight');
    await waitFor('a word with the space before it', () => /^ \p{L}+$/u.test(written().slice(before.length)));
  });

  it('takes one Chinese word on Ctrl+Right', async () => {
    const before = '马罗菲尔德庄园东窗的';
    await type(before);
    const ghost = await ghostTextBeginning('灯亮');
    await theWindow.press('Control+ArrowRight');
    await waitFor('one word', () => written() === `${before}灯`, 5000, written);
    await ghostTextBeginning(ghost.slice(1));
  });

  it('is what Why No Suggestion tells of, though ghost text is off in the text beside it', async () => {
    const configuration = vscode.workspace.getConfiguration('understudy');
    await configuration.update('enable', { markdown: false }, vscode.ConfigurationTarget.Workspace);
    try {
      await openDraft('off.md', '# Off\n\n█\n');
      await waitFor('the reason', async () => (await why()).includes('off for markdown'));
      await type('The lamp in the east window of ');
      await ghostTextBeginning('Marrowfield House');
      assert.match(await why(), /^The last request had a suggestion/);
    } finally {
      await configuration.update('enable', undefined, vscode.ConfigurationTarget.Workspace);
    }
  });
});
