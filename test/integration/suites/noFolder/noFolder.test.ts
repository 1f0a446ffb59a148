import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { closeAll, ghostTextBeginning, openUntitled, textWithCursor, why } from '../../support/editing.js';
import { needsKeyboard, theWindow } from '../../support/theWindow.js';
import { waitFor } from '../../support/waitFor.js';
import { told } from '../../support/told.js';

describe('A window without a folder', () => {
  before(needsKeyboard);
  before(() => {
    assert.equal(vscode.workspace.workspaceFolders, undefined);
  });
  beforeEach(closeAll);

  it('says on Why No Suggestion? that no text is open', async () => {
    assert.match(await why(), /^没有打开的文字。/);
  });

  it('suggests from the text of the open document alone', async () => {
    const text =
      'The heron of Saltmarsh Quay stood on one leg. The heron of Saltmarsh Quay did not move.\n' +
      'When the tide came in, the heron of Saltmarsh Quay stood on one leg.\n';
    const editor = await openUntitled('markdown', `${text}█`);
    await theWindow.type('At noon the heron of Saltm');
    const ghost = await ghostTextBeginning('arsh Quay');
    await theWindow.press('Tab');
    await waitFor('the accepted text', () =>
      editor.document.getText().includes(`noon the heron of Saltm${ghost}`),
    );
    assert.equal(textWithCursor(editor), `${text}At noon the heron of Saltm${ghost}█`);
  });

  it('says on Train on Workspace that there is no folder, and what to do', async () => {
    const done: unknown = await vscode.commands.executeCommand('understudy.trainOnWorkspace', {
      preview: false,
    });
    assert.equal(done, undefined);
    await told('没有可用于训练的文件夹');
  });

  it('logs that sentence in one line', async () => {
    await vscode.commands.executeCommand('understudy.trainOnWorkspace', { preview: false });
    await vscode.commands.executeCommand('understudy.showLog');
    const after = await waitFor('the line', () => {
      const log = vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === 'output');
      const lines = log?.getText().trimEnd().split('\n') ?? [];
      const at = lines.findLastIndex((line) => line.includes('没有可用于训练的文件夹'));
      return at >= 0 && { lines: lines.slice(at + 1) };
    });
    assert.deepEqual(after.lines, []);
    await vscode.commands.executeCommand('workbench.action.closePanel');
  });

  it('still generates text', async () => {
    const editor = await openUntitled('plaintext', 'The old harbour█');
    const made: { text: string } | undefined = await vscode.commands.executeCommand(
      'understudy.generateFromSelection',
    );
    assert.ok(made && made.text !== '');
    assert.equal(editor.document.getText(), `The old harbour${made.text}`);
  });
});
