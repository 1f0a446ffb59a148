import assert from 'node:assert/strict';
import { mkdir, mkdtemp, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { Configuration } from '../../../../src/editor/configuration.js';
import { WorkspaceReader } from '../../../../src/editor/workspaceReader.js';
import type { TrainingPlan } from '../../../../src/protocol/trainerEvents.js';
import { closeAll, untilGhostTextIsWithout, untilLikeliest, workspaceFolder } from '../../support/editing.js';
import { needsKeyboard } from '../../support/theWindow.js';
import { waitFor } from '../../support/waitFor.js';

const TEXT = `# The ferry

The ferryman at Quillon Ness was called Bartholomew Thrupp. Nobody at Quillon Ness was called Bartholomew Thrupp but him.
His father at Quillon Ness was called Bartholomew Thrupp too, and the boat at Quillon Ness was called Bartholomew Thrupp.
`;
const DRAFT = '# Draft\n\nThe man at Quillon Ness was called █\n';
/** Milliseconds until a change of a file has been noticed and processed. */
const FOLLOWED = 3000;

describe('A file that another program writes', () => {
  const part = join(workspaceFolder(), 'part');
  before(needsKeyboard);
  before(untilFilesAreWatched);
  beforeEach(closeAll);
  afterEach(async () => {
    await closeAll();
    await rm(part, { recursive: true, force: true });
    await rm(`${part}-two`, { recursive: true, force: true });
    await rm(join(workspaceFolder(), '.gitignore'), { force: true });
    await untilGhostTextIsWithout('Bartholomew', DRAFT);
    await closeAll();
  });

  it('is learned when its folder is moved in, and again when the folder is renamed', async () => {
    const staged = `${workspaceFolder()}-staged`;
    await mkdir(staged);
    await writeFile(join(staged, 'ferry.md'), TEXT);
    await rename(staged, part);
    await untilSuggested('Bartholomew Thrupp');
    await closeAll();
    await rename(part, `${part}-two`);
    // By then the file under its old name is forgotten.
    await sleep(FOLLOWED);
    await untilSuggested('Bartholomew Thrupp');
  });

  it('is learned by its cells alone when it is a notebook', async () => {
    const printed = TEXT.replaceAll('Bartholomew Thrupp', 'Ignatius Pellow').repeat(3);
    const cell = { cell_type: 'code', metadata: {}, execution_count: 1, source: TEXT };
    const outputs = [{ output_type: 'stream', name: 'stdout', text: printed }];
    const notebook = { nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [{ ...cell, outputs }] };
    await mkdir(part);
    await writeFile(join(part, 'ferry.ipynb'), JSON.stringify(notebook, null, 1));
    await untilSuggested('Bartholomew Thrupp');
  });

  it('is learned again when it is changed in place', async () => {
    const path = join(part, 'ferry.md');
    await mkdir(part);
    await writeFile(path, '# The ferry\n');
    // Until VS Code has reported the new file, a change belongs to its creation.
    await sleep(FOLLOWED);
    await writeFile(path, TEXT);
    await untilSuggested('Bartholomew Thrupp');
  });

  it('is forgotten when it is deleted, as are others with it', async () => {
    const names = ['ferry.md', 'harbour.md', 'lighthouse.md'];
    await mkdir(part);
    for (const name of names) {
      await writeFile(join(part, name), TEXT.replace('The ferry', name));
    }
    await untilSuggested('Bartholomew Thrupp');
    for (const name of names) {
      await rm(join(part, name));
    }
    await untilGhostTextIsWithout('Bartholomew', DRAFT);
  });

  it('is forgotten once it is ignored, and learned again once it is not', async () => {
    const rules = join(workspaceFolder(), '.gitignore');
    await mkdir(part);
    await writeFile(join(part, 'ferry.md'), TEXT);
    await untilSuggested('Bartholomew Thrupp');
    await writeFile(rules, 'part/\n');
    await untilGhostTextIsWithout('Bartholomew', DRAFT);
    await closeAll();
    await rm(rules);
    await untilSuggested('Bartholomew Thrupp');
  });

  for (const list of ['files', 'search']) {
    it(`is forgotten once the setting ${list}.exclude has it`, async () => {
      await mkdir(part);
      await writeFile(join(part, 'ferry.md'), TEXT);
      await untilSuggested('Bartholomew Thrupp');
      const settings = vscode.workspace.getConfiguration(list);
      await settings.update('exclude', { part: true }, vscode.ConfigurationTarget.Workspace);
      try {
        await untilGhostTextIsWithout('Bartholomew', DRAFT);
      } finally {
        await settings.update('exclude', undefined, vscode.ConfigurationTarget.Workspace);
      }
    });
  }

  it('is read in the encoding that the setting files.encoding names, once it names one', async () => {
    await mkdir(part);
    // As Windows-1251 has Агафья.
    const bytes = Buffer.from(TEXT.replaceAll('Bartholomew Thrupp', 'Àãàôüÿ'), 'latin1');
    await writeFile(join(part, 'ferry.md'), bytes);
    await untilSuggested('Àãàôüÿ');
    const settings = vscode.workspace.getConfiguration('files');
    await settings.update('encoding', 'windows1251', vscode.ConfigurationTarget.Workspace);
    try {
      await untilSuggested('Агафья');
    } finally {
      await settings.update('encoding', undefined, vscode.ConfigurationTarget.Workspace);
    }
  });
});

describe('A folder that is opened through a link', () => {
  it('is read in the encoding that is set for it by the name of the link', async () => {
    const { workspace, window } = vscode;
    const folder = await mkdtemp(join(tmpdir(), 'understudy-linked-'));
    const link = `${folder}-link`;
    await symlink(folder, link, 'junction');
    await writeFile(join(folder, 'ferry.md'), Buffer.from('The man was called Àãàôüÿ.', 'latin1'));
    const file = { root: await realpath(folder), path: 'ferry.md', bytes: 1, heldOutShare: 0 };
    const log = window.createOutputChannel('A reading through a link', { log: true });
    const oldEncodingIn = (name: string): string => (name === link ? 'windows1251' : '');
    const planned: (readonly string[])[] = [];
    const learned: string[] = [];
    const reader = new WorkspaceReader(
      {
        learnFiles: (files) => {
          learned.push(...files.map(({ text }) => text));
          return Promise.resolve({ kind: 'filesLearned', id: 1, tokens: 1 });
        },
        forgetSuggestions: () => undefined,
      },
      (folders) => {
        planned.push(folders);
        return Promise.resolve({ files: [file] } as unknown as TrainingPlan);
      },
      Object.assign(new Configuration(log), { oldEncodingIn }),
      log,
    );
    const opened = Object.getOwnPropertyDescriptor(workspace, 'workspaceFolders')!;
    const value = [{ uri: vscode.Uri.file(link), name: 'link', index: 0 }];
    Object.defineProperty(workspace, 'workspaceFolders', { value, configurable: true });
    try {
      await reader.start();
      assert.deepEqual(planned, [[link]]);
      assert.ok(learned.some((text) => text.includes('Агафья')));
    } finally {
      Object.defineProperty(workspace, 'workspaceFolders', opened);
      reader.dispose();
      log.dispose();
      await rm(link);
      await rm(folder, { recursive: true });
    }
  });
});

describe('A file that nothing watches', () => {
  const folder = vscode.Uri.file(join(workspaceFolder(), 'unwatched'));
  const settings = vscode.workspace.getConfiguration('files');
  before(needsKeyboard);
  before(async () => {
    await mkdir(folder.fsPath);
    const unwatched = { '**/unwatched/**': true };
    await settings.update('watcherExclude', unwatched, vscode.ConfigurationTarget.Workspace);
    // VS Code watches anew soon after.
    await sleep(FOLLOWED);
  });
  after(async () => {
    await closeAll();
    await settings.update('watcherExclude', undefined, vscode.ConfigurationTarget.Workspace);
    await rm(folder.fsPath, { recursive: true });
  });

  it('is learned when it is made in VS Code, and forgotten when it is deleted there', async () => {
    const ferry = vscode.Uri.joinPath(folder, 'ferry.md');
    const made = new vscode.WorkspaceEdit();
    made.createFile(ferry, { contents: Buffer.from(TEXT) });
    await vscode.workspace.applyEdit(made);
    await untilSuggested('Bartholomew Thrupp');
    const deleted = new vscode.WorkspaceEdit();
    deleted.deleteFile(ferry);
    await vscode.workspace.applyEdit(deleted);
    await untilGhostTextIsWithout('Bartholomew', DRAFT);
  });

  it('is learned when it is a notebook that is saved', async () => {
    const ferry = vscode.Uri.joinPath(folder, 'ferry.ipynb');
    await writeFile(ferry.fsPath, '');
    const notebook = await vscode.workspace.openNotebookDocument(ferry);
    const text = TEXT.replaceAll('Bartholomew Thrupp', 'Ignatius Pellow');
    const cell = new vscode.NotebookCellData(vscode.NotebookCellKind.Markup, text, 'markdown');
    const edit = new vscode.WorkspaceEdit();
    edit.set(ferry, [vscode.NotebookEdit.insertCells(0, [cell])]);
    await vscode.workspace.applyEdit(edit);
    assert.equal(await notebook.save(), true);
    await untilSuggested('Ignatius Pellow');
  });
});

async function untilSuggested(text: string): Promise<void> {
  await untilLikeliest(`ghost text beginning with "${text}"`, DRAFT, (ghost) => ghost.startsWith(text));
}

/** VS Code starts to watch the folder some seconds after opening it, and reports no earlier change. */
async function untilFilesAreWatched(): Promise<void> {
  const probe = join(workspaceFolder(), 'probe.txt');
  const watcher = vscode.workspace.createFileSystemWatcher('**/probe.txt');
  let isHeard = false;
  watcher.onDidChange(() => (isHeard = true));
  try {
    await waitFor(
      'news of a file',
      async () => {
        await writeFile(probe, `${Date.now()}`);
        await sleep(200);
        return isHeard;
      },
      25_000,
    );
  } finally {
    watcher.dispose();
    await rm(probe);
  }
}
