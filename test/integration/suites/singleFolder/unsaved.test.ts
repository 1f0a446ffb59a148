import * as vscode from 'vscode';
import {
  closeAll,
  ghostTextBeginning,
  openDraft,
  untilGhostTextIsWithout,
  workspaceFolder,
} from '../../support/editing.js';
import { needsKeyboard, theWindow } from '../../support/theWindow.js';

const ADDED =
  'The pilot Ambrose Quillfeather slept. Nobody woke the pilot Ambrose Quillfeather.\n' +
  'At dawn the pilot Ambrose Quillfeather was gone.\n';

describe('Text that is not saved', () => {
  const chapter = vscode.Uri.joinPath(vscode.Uri.file(workspaceFolder()), 'chapter-3.md');
  before(needsKeyboard);
  beforeEach(closeAll);
  afterEach(async () => {
    await vscode.window.showTextDocument(chapter);
    await vscode.commands.executeCommand('workbench.action.files.revert');
    await closeAll();
  });

  const write = async (name: string): Promise<void> => {
    await openDraft(name, '# Log\n\n█\n');
    await theWindow.type('That night the pilot Ambrose Quill');
  };

  it('is known in another file, until it is reverted', async () => {
    const editor = await vscode.window.showTextDocument(chapter);
    await editor.edit((edit) => {
      edit.insert(new vscode.Position(editor.document.lineCount, 0), ADDED);
    });
    await write('one.md');
    await ghostTextBeginning('feather');
    await vscode.window.showTextDocument(chapter);
    await vscode.commands.executeCommand('workbench.action.files.revert');
    await untilGhostTextIsWithout('feather', '# Log\n\nThat night the pilot Ambrose Quill█\n');
  });
});
