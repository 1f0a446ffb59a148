import assert from 'node:assert/strict';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { closeAll } from '../../support/editing.js';
import { needsKeyboard, theWindow } from '../../support/theWindow.js';
import { waitFor } from '../../support/waitFor.js';
import { told } from '../../support/told.js';

const extension = vscode.extensions.getExtension('understudy.understudy')!;
/** Names that stay in English in Chinese text. */
const ENGLISH = /^(Top-k|Min-p)$/;

describe('A window in Simplified Chinese', () => {
  before(needsKeyboard);
  before(() => {
    assert.equal(vscode.env.language, 'zh-cn');
  });
  after(async () => {
    await vscode.commands.executeCommand('notifications.clearAll');
    await closeAll();
  });

  it('names the commands and the settings in Chinese', () => {
    const { commands, configuration } = (
      extension.packageJSON as { contributes: { commands: unknown[]; configuration: unknown[] } }
    ).contributes;
    for (const shown of [...commands, ...configuration]) {
      assert.match(JSON.stringify(shown), /\p{Script=Han}/u);
    }
  });

  it('says in the status bar that it is on', async () => {
    await waitFor('the status', async () => (await theWindow.statusBarItem()) === 'Understudy, 已开启');
  });

  it('has a menu that a screen reader says without the English name of an icon', async () => {
    void vscode.commands.executeCommand('understudy.showMenu');
    try {
      const choices = await waitFor('the menu', async () => {
        const now = await theWindow.choices();
        return now.length > 0 && now;
      });
      assert.deepEqual(
        choices.filter((choice) => /[a-z]/i.test(choice)),
        [],
      );
    } finally {
      await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
    }
  });

  it('has a panel without an English line', async () => {
    await vscode.commands.executeCommand('understudy.openSettingsPanel');
    const text = await waitFor('the panel', async () => {
      const now = await theWindow.panelText();
      return now.includes('温度') && now;
    });
    const lines = text.split('\n').map((line) => line.trim());
    assert.deepEqual(
      lines.filter((line) => /[a-z]/i.test(line) && !/\p{Script=Han}/u.test(line) && !ENGLISH.test(line)),
      [],
    );
  });

  it('shows in Chinese an error that a lower layer writes in English', async () => {
    const source = vscode.Uri.file(join(extension.extensionPath, 'README.md'));
    await vscode.commands.executeCommand('understudy.importModel', { source, use: 'base' });
    await told('README.md”不是 Understudy 模型：它');
  });
});
