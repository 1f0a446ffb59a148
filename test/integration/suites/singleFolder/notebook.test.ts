import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { closeAll, ghostTextBeginning, untilAnswered, why, workspaceFolder } from '../../support/editing.js';
import { needsKeyboard, theWindow } from '../../support/theWindow.js';
import { waitFor } from '../../support/waitFor.js';

const TEXT =
  'The skiff Marigold Tansy leaks. Nobody rows the skiff Marigold Tansy.\n' +
  'In June the skiff Marigold Tansy was tarred, and in July the skiff Marigold Tansy sank.';

/** A new notebook with the cursor in one of its cells, by default the last. */
async function openNotebook(
  cells: readonly string[],
  at = cells.length - 1,
): Promise<vscode.NotebookDocument> {
  const data = cells.map((text) => new vscode.NotebookCellData(vscode.NotebookCellKind.Code, text, 'python'));
  const notebook = await vscode.workspace.openNotebookDocument(
    'jupyter-notebook',
    new vscode.NotebookData(data),
  );
  await editCell(notebook, at);
  return notebook;
}

async function editCell(notebook: vscode.NotebookDocument, at: number): Promise<void> {
  const selections = [new vscode.NotebookRange(at, at + 1)];
  await vscode.window.showNotebookDocument(notebook, { selections });
  await vscode.commands.executeCommand('notebook.cell.edit');
  const cell = notebook.cellAt(at).document;
  await waitFor('the cursor in the cell', () => vscode.window.activeTextEditor?.document === cell);
  await theWindow.idle();
}

describe('A notebook', () => {
  before(needsKeyboard);
  beforeEach(closeAll);
  after(closeAll);

  it('has ghost text in a cell from the text of the cells above', async () => {
    const notebook = await openNotebook([TEXT, '']);
    await theWindow.type('# We sold the skiff Marig');
    await ghostTextBeginning('old Tansy');
    await theWindow.press('Tab');
    await waitFor('the accepted text', () =>
      notebook.cellAt(1).document.getText().startsWith('# We sold the skiff Marigold Tansy'),
    );
    assert.equal(notebook.cellAt(0).document.getText(), TEXT);
  });

  it('has it from the cells below, too', async () => {
    await openNotebook(['', TEXT], 0);
    await theWindow.type('# We sold the skiff Marig');
    await ghostTextBeginning('old Tansy');
  });

  it('suggests in an empty cell below others, and calls only an empty notebook empty', async () => {
    const trigger = () => vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
    await openNotebook(['']);
    await trigger();
    await waitFor('the reason', async () => (await why()).includes('is empty'));
    await openNotebook([TEXT, '']);
    await trigger();
    assert.doesNotMatch(await untilAnswered(), /is empty/);
  });

  it('is written on from a cell', async () => {
    const notebook = await openNotebook([TEXT, '# We sold the skiff']);
    const made = await vscode.commands.executeCommand<{ text: string }>('understudy.generateFromSelection');
    assert.notEqual(made.text, '');
    assert.equal(notebook.cellAt(1).document.getText(), `${made.text}# We sold the skiff`);
  });

  it('is named with the cell in the settings panel, by its path in the workspace', async () => {
    const path = join(workspaceFolder(), 'soundings.ipynb');
    const cell = { cell_type: 'code', source: [TEXT], metadata: {}, outputs: [], execution_count: null };
    await writeFile(
      path,
      JSON.stringify({ cells: [cell, cell], metadata: {}, nbformat: 4, nbformat_minor: 5 }),
    );
    try {
      const notebook = await vscode.workspace.openNotebookDocument(vscode.Uri.file(path));
      await editCell(notebook, 1);
      await theWindow.press('Control+End');
      await vscode.commands.executeCommand('understudy.openSettingsPanel');
      await waitFor('the place', async () =>
        (await theWindow.panelText()).includes('\nsoundings.ipynb, cell 2, line 2\n'),
      );
    } finally {
      await closeAll();
      await rm(path);
    }
  });
});
