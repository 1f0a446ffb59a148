import assert from 'node:assert/strict';
import { realpath, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { Configuration } from '../../../../src/editor/configuration.js';
import { EditedTexts } from '../../../../src/editor/editedTexts.js';
import { WorkspaceReader } from '../../../../src/editor/workspaceReader.js';
import type { TrainingPlan } from '../../../../src/protocol/trainerEvents.js';
import {
  closeAll,
  ghostTextBeginning,
  openDraft,
  openUntitled,
  triggerUntilGhostText,
  untilAnswered,
  untilGhostTextIsWithout,
  untilLikeliest,
  workspaceFolder,
} from '../../support/editing.js';
import { needsKeyboard, theWindow } from '../../support/theWindow.js';
import { waitFor } from '../../support/waitFor.js';

const ADDED =
  'The pilot Ambrose Quillfeather slept. Nobody woke the pilot Ambrose Quillfeather.\n' +
  'At dawn the pilot Ambrose Quillfeather was gone.\n';

const DRAFT = '# Log\n\nThat night the pilot Ambrose Quill█\n';

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

  const addToChapter = async (): Promise<void> => {
    const editor = await vscode.window.showTextDocument(chapter);
    await editor.edit((edit) => {
      edit.insert(new vscode.Position(editor.document.lineCount, 0), ADDED);
    });
  };

  const openSaved = async (name: string): Promise<vscode.TextDocument> => {
    const { document } = await openDraft(name, '█\n');
    await document.save();
    return document;
  };

  const addOnTop = async (text: string): Promise<void> => {
    await vscode.window.activeTextEditor!.edit((edit) => {
      edit.insert(new vscode.Position(0, 0), text);
    });
  };

  it('is known in another file, until it is reverted', async () => {
    await addToChapter();
    await write('one.md');
    await ghostTextBeginning('feather');
    await vscode.window.showTextDocument(chapter);
    await vscode.commands.executeCommand('workbench.action.files.revert');
    await untilGhostTextIsWithout('feather', DRAFT);
  });

  it('is known in another file where an extension has written it behind that, until that is undone', async () => {
    await write('one.md');
    const document = await vscode.workspace.openTextDocument(chapter);
    const { end } = document.lineAt(document.lineCount - 1).range;
    const edit = new vscode.WorkspaceEdit();
    edit.insert(chapter, end, ADDED);
    await vscode.workspace.applyEdit(edit);
    await untilLikeliest('ghost text beginning with "feather"', DRAFT, (ghost) =>
      ghost.startsWith('feather'),
    );
    const undone = new vscode.WorkspaceEdit();
    undone.delete(chapter, new vscode.Range(end, document.lineAt(document.lineCount - 1).range.end));
    await vscode.workspace.applyEdit(undone);
    await untilGhostTextIsWithout('feather', DRAFT);
  });

  it('stays known in another file where another program deletes its own, as it stands on in the editor', async () => {
    const document = await openSaved('gone.md');
    await addOnTop(ADDED);
    await openDraft('one.md', DRAFT);
    await triggerUntilGhostText('feather');
    const watcher = vscode.workspace.createFileSystemWatcher('**/gone.md');
    const isDeleted = new Promise((resolve) => watcher.onDidDelete(resolve));
    await rm(document.uri.fsPath);
    await isDeleted;
    watcher.dispose();
    await openDraft('two.md', DRAFT);
    await triggerUntilGhostText('feather');
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand('undo');
  });

  it('is known no longer once it is reverted where its file is gone, though it still stands in the editor', async () => {
    const document = await openSaved('gone.md');
    await addOnTop(ADDED);
    await document.save();
    await addOnTop('A line.\n');
    await openDraft('one.md', DRAFT);
    await triggerUntilGhostText('feather');
    await vscode.window.showTextDocument(document);
    await rm(document.uri.fsPath);
    await vscode.commands.executeCommand('undo');
    await untilGhostTextIsWithout('feather', DRAFT);
  });

  it('is known in another file also at a place where there was ghost text before', async () => {
    await openDraft('one.md', DRAFT);
    await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
    assert.doesNotMatch(await waitFor('ghost text', () => theWindow.ghostText()), /^feather/);
    const draft = vscode.window.activeTextEditor!;
    await addToChapter();
    await vscode.window.showTextDocument(draft.document, { selection: draft.selection });
    await theWindow.idle();
    await triggerUntilGhostText('feather');
  });

  it('is known in another file where it is untitled, also once its language has changed, until it is closed', async () => {
    const { document } = await openUntitled('plaintext', `${ADDED}█`);
    await openDraft('one.md', DRAFT);
    await triggerUntilGhostText('feather');
    await vscode.languages.setTextDocumentLanguage(document, 'markdown');
    await openDraft('two.md', DRAFT);
    await triggerUntilGhostText('feather');
    await untilGhostTextIsWithout('feather', DRAFT);
  });

  it('is known in another file where it stands in the cells of a notebook, until they are reverted', async () => {
    const path = join(workspaceFolder(), 'fathoms.ipynb');
    const cell = { cell_type: 'markdown', source: [], metadata: {} };
    await writeFile(path, JSON.stringify({ cells: [cell], metadata: {}, nbformat: 4, nbformat_minor: 5 }));
    try {
      const notebook = await vscode.workspace.openNotebookDocument(vscode.Uri.file(path));
      await vscode.window.showNotebookDocument(notebook);
      const edit = new vscode.WorkspaceEdit();
      edit.insert(notebook.cellAt(0).document.uri, new vscode.Position(0, 0), ADDED);
      await vscode.workspace.applyEdit(edit);
      await openDraft('one.md', DRAFT);
      await triggerUntilGhostText('feather');
      await vscode.window.showNotebookDocument(notebook);
      await vscode.commands.executeCommand('workbench.action.files.revert');
      await untilGhostTextIsWithout('feather', DRAFT);
    } finally {
      await closeAll();
      await rm(path);
    }
  });

  it('is known in another file where the notebook is untitled, until it is closed', async () => {
    const cell = new vscode.NotebookCellData(vscode.NotebookCellKind.Markup, ADDED, 'markdown');
    const data = new vscode.NotebookData([cell]);
    await vscode.window.showNotebookDocument(
      await vscode.workspace.openNotebookDocument('jupyter-notebook', data),
    );
    await openDraft('one.md', DRAFT);
    await triggerUntilGhostText('feather');
    await untilGhostTextIsWithout('feather', DRAFT);
  });

  it('is known from the first key on in a window that VS Code restores it in', async () => {
    await addToChapter();
    const known = new Map<string, string>();
    const file = { root: await realpath(workspaceFolder()), path: 'chapter-3.md', bytes: 1, heldOutShare: 0 };
    const log = vscode.window.createOutputChannel('A reading of the tests', { log: true });
    const reader = new WorkspaceReader(
      {
        learnFiles: (files) => {
          for (const { uri, text } of files) {
            known.set(uri, text);
          }
          return Promise.resolve({ kind: 'filesLearned', id: 1, tokens: 1 });
        },
        forgetSuggestions: () => undefined,
      },
      () => Promise.resolve({ files: [file] } as unknown as TrainingPlan),
      new Configuration(log),
      log,
    );
    try {
      await reader.start();
      await waitFor('its text', () => known.get(chapter.toString())?.endsWith(ADDED));
    } finally {
      reader.dispose();
      log.dispose();
    }
  });

  it('is not known in another file where its own is ignored', async () => {
    const rules = join(workspaceFolder(), '.gitignore');
    await writeFile(rules, 'secret.md\n');
    try {
      // Of names that no other test has written, which may be known for a moment yet.
      await openDraft('secret.md', `${ADDED.replaceAll('Ambrose Quillfeather', 'Cornelius Blackwater')}█`);
      await openDraft('known.md', `${ADDED.replaceAll('Ambrose Quillfeather', 'Tobias Marlinspike')}█`);
      await openDraft('one.md', '# Log\n\nThat night the pilot Tobias Marlin█\n');
      // What was left before is known by then, too.
      await triggerUntilGhostText('spike');
      await openDraft('two.md', '# Log\n\nThat night the pilot Cornelius Black█\n');
      await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
      await untilAnswered();
      const ghost = await waitFor('ghost text', () => theWindow.ghostText());
      assert.ok(!ghost.startsWith('water'), ghost);
    } finally {
      await closeAll();
      await rm(rules);
    }
  });

  it('is not learned where it is a log or what a search has found, which an extension writes into an untitled text', async () => {
    const texts: vscode.TextDocument[] = [];
    for (const language of ['log', 'search-result', 'plaintext']) {
      texts.push(await vscode.workspace.openTextDocument({ language, content: ADDED }));
    }
    const told: string[] = [];
    const works: Promise<unknown>[] = [];
    const edited = new EditedTexts(
      {
        learn: ({ uri }) => Promise.resolve(void told.push(`learn ${uri}`)),
        forget: (uris) => Promise.resolve(void told.push(`forget ${uris.join()}`)),
        forgetOutdated: () => undefined,
      },
      () => [],
      () => undefined,
      async (work) => {
        works.push(work);
        await work;
      },
    );
    try {
      edited.learnUnsaved();
      await Promise.all(works);
      const uris = texts.map(({ uri }) => uri.toString());
      const toldOfThem = told.filter((line) => uris.some((uri) => line.endsWith(` ${uri}`)));
      assert.deepEqual(toldOfThem, [`forget ${uris[0]}`, `forget ${uris[1]}`, `learn ${uris[2]}`]);
    } finally {
      edited.dispose();
      for (const text of texts) {
        await vscode.window.showTextDocument(text);
        await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
      }
    }
  });

  it('is not learned where its folder leaves the workspace meanwhile, as nothing would forget it', async () => {
    await openDraft('one.md', DRAFT);
    const { getWorkspaceFolder } = vscode.workspace;
    const told: string[] = [];
    const tell = (line: string) => {
      told.push(line);
      return Promise.resolve();
    };
    const works: Promise<void>[] = [];
    const edited = new EditedTexts(
      {
        learn: ({ uri }) => tell(`learn ${uri}`),
        forget: (uris) => tell(`forget ${uris.join()}`),
        forgetOutdated: () => undefined,
      },
      () => {
        // Asked for once the place of the text is known.
        vscode.workspace.getWorkspaceFolder = () => undefined;
        return [];
      },
      () => undefined,
      (work) => {
        works.push(work.then(() => undefined));
        return works[0];
      },
    );
    try {
      edited.learnUnsaved();
      await Promise.all(works);
      assert.notEqual(works.length, 0);
      // VS Code keeps an empty untitled text that was closed.
      const toldOfFiles = told.filter((line) => !line.includes('untitled:'));
      assert.deepEqual(toldOfFiles, []);
    } finally {
      vscode.workspace.getWorkspaceFolder = getWorkspaceFolder;
      edited.dispose();
    }
  });
});
