import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { DoneEvent } from '../../../../src/protocol/trainerEvents.js';
import {
  closeAll,
  openDraft,
  triggerUntilGhostText,
  untilGhostTextIsWithout,
  untilLikeliest,
  why,
} from '../../support/editing.js';
import { needsKeyboard, theWindow } from '../../support/theWindow.js';
import { waitFor } from '../../support/waitFor.js';

const folderNames = (): string[] => (vscode.workspace.workspaceFolders ?? []).map(({ name }) => name);

describe('A window with two roots', () => {
  before(async () => {
    const path = vscode.workspace.workspaceFile!.fsPath;
    const text = await readFile(path, 'utf8');
    await waitFor('both folders', async () => {
      if (folderNames().length < 2) {
        // On a busy machine VS Code may open the workspace without its folders; it reads them again when the file changes.
        await writeFile(path, `${text}\n`);
        await sleep(500);
      }
      return folderNames().length === 2;
    });
    assert.deepEqual(folderNames(), ['harbour', 'orchard']);
  });
  beforeEach(closeAll);

  describe('typing', () => {
    before(needsKeyboard);

    it('suggests from the root that the text is in', async () => {
      await openDraft('today.md', 'In fog the pilot cutter Kit█\n');
      await triggerUntilGhostText('tiwake');
    });

    it('suggests from the other root too', async () => {
      await openDraft('today.md', 'The boy brought scions of Ashm█\n');
      await triggerUntilGhostText("ead's Kernel");
    });

    it('obeys the settings of a root in the cells of its notebooks', async () => {
      const root = vscode.workspace.workspaceFolders![0].uri.fsPath;
      const path = join(root, 'soundings.ipynb');
      const cell = {
        cell_type: 'code',
        source: ['kit = 1'],
        metadata: {},
        outputs: [],
        execution_count: null,
      };
      await writeFile(path, JSON.stringify({ cells: [cell], metadata: {}, nbformat: 4, nbformat_minor: 5 }));
      await mkdir(join(root, '.vscode'));
      await writeFile(join(root, '.vscode', 'settings.json'), '{ "understudy.enable": { "python": false } }');
      try {
        const notebook = await vscode.workspace.openNotebookDocument(vscode.Uri.file(path));
        await vscode.window.showNotebookDocument(notebook);
        await vscode.commands.executeCommand('notebook.cell.edit');
        await waitFor('the cell', () => vscode.window.activeTextEditor?.document.languageId === 'python');
        await waitFor('the reason', async () => (await why()).includes('off for python'));
      } finally {
        await closeAll();
        await rm(path);
        await rm(join(root, '.vscode'), { recursive: true });
      }
    });
  });

  it('forgets the text of a root that is removed', async function () {
    needsKeyboard.call(this);
    const added = await mkdtemp(join(tmpdir(), 'understudy-removed-'));
    try {
      const text = 'The ferryman at Quillon Ness was called Bartholomew Thrupp.\n';
      await writeFile(join(added, 'ferry.md'), `# The ferry\n\n${text.repeat(4)}`);
      assert.ok(vscode.workspace.updateWorkspaceFolders(2, 0, { uri: vscode.Uri.file(added) }));
      const draft = 'The man at Quillon Ness was called █\n';
      // What VS Code shows at a place stays there, also when the user asks once more after the folder was read.
      await untilLikeliest('ghost text from the added root', draft, (ghost) =>
        ghost.startsWith('Bartholomew Thrupp'),
      );
      await closeAll();
      assert.ok(vscode.workspace.updateWorkspaceFolders(2, 1));
      await untilGhostTextIsWithout('Bartholomew', draft);
    } finally {
      // Where it was not removed above.
      vscode.workspace.updateWorkspaceFolders(2, folderNames().length - 2);
      await rm(added, { recursive: true });
    }
  });

  describe('the commit message box', () => {
    before(needsKeyboard);

    it('obeys the settings of the root that its repository is', async () => {
      const { uri } = vscode.workspace.workspaceFolders![1];
      const control = vscode.scm.createSourceControl('test', 'Test', uri);
      await mkdir(join(uri.fsPath, '.vscode'));
      await writeFile(
        join(uri.fsPath, '.vscode', 'settings.json'),
        '{ "understudy.enable": { "scminput": false } }',
      );
      const enablement = () => vscode.workspace.getConfiguration('understudy', uri).get<object>('enable', {});
      try {
        await waitFor('the setting', () => 'scminput' in enablement());
        await vscode.commands.executeCommand('workbench.view.scm');
        await vscode.commands.executeCommand('workbench.scm.action.focusNextInput');
        await theWindow.idle();
        await theWindow.type('Bring scions of Ashm');
        await waitFor('the reason', async () => (await why()).includes('off for scminput'));
      } finally {
        control.dispose();
        await vscode.commands.executeCommand('workbench.view.explorer');
        await rm(join(uri.fsPath, '.vscode'), { recursive: true });
      }
    });
  });

  it('trains one model on both roots', async () => {
    const done: DoneEvent | undefined = await vscode.commands.executeCommand('understudy.trainOnWorkspace', {
      preview: false,
    });
    assert.ok(done?.after, 'The training gave no score.');
    assert.ok(done.steps > 0);
    if (done.outcome === 'improved') {
      assert.ok(done.modelPath !== null && existsSync(done.modelPath));
    }
  });

  it('does not claim to use a model whose folders are no longer those of the workspace', async () => {
    const { window } = vscode;
    const { showInformationMessage, withProgress } = window;
    const told: string[] = [];
    window.showInformationMessage = (message: string) => {
      told.push(message);
      return Promise.resolve(undefined);
    };
    await vscode.commands.executeCommand('understudy.deleteModel', { confirm: false });
    const added = await mkdtemp(join(tmpdir(), 'understudy-added-'));
    window.withProgress = (options, task) =>
      withProgress(options, async (progress, token) => {
        // The training has its folders when its progress appears, and might end before an added one is known.
        assert.ok(vscode.workspace.updateWorkspaceFolders(2, 0, { uri: vscode.Uri.file(added) }));
        await waitFor('the added folder', () => folderNames().length === 3);
        return task(progress, token);
      });
    try {
      const { outcome } = await vscode.commands.executeCommand<DoneEvent>('understudy.trainOnWorkspace', {
        preview: false,
      });
      assert.equal(outcome, 'improved');
      assert.match(told.at(-1)!, /The folders of the workspace have changed meanwhile/);
    } finally {
      Object.assign(window, { showInformationMessage, withProgress });
      vscode.workspace.updateWorkspaceFolders(2, 1);
      await rm(added, { recursive: true });
    }
  });
});
