import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { closeAll, ghostTextBeginning } from '../../support/editing.js';
import { told } from '../../support/told.js';
import { needsKeyboard, theWindow } from '../../support/theWindow.js';

/** One file in memory, as an extension for servers or archives offers many. */
class OneFile implements vscode.FileSystemProvider {
  readonly onDidChangeFile = new vscode.EventEmitter<vscode.FileChangeEvent[]>().event;
  constructor(private content: Uint8Array) {}
  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined);
  }
  stat({ path }: vscode.Uri): vscode.FileStat {
    const type = path === '/' ? vscode.FileType.Directory : vscode.FileType.File;
    return { type, ctime: 0, mtime: 1, size: this.content.length };
  }
  readFile(): Uint8Array {
    return this.content;
  }
  writeFile(_uri: vscode.Uri, content: Uint8Array): void {
    this.content = content;
  }
  readDirectory(): [string, vscode.FileType][] {
    return [];
  }
  createDirectory(): void {
    assert.fail('nothing is created');
  }
  delete(): void {
    assert.fail('nothing is deleted');
  }
  rename(): void {
    assert.fail('nothing is renamed');
  }
}

const text =
  'The heron of Saltmarsh Quay stood on one leg. The heron of Saltmarsh Quay did not move.\n' +
  'When the tide came in, the heron of Saltmarsh Quay stood on one leg.\n';

describe('A file of a file system that another extension provides', () => {
  before(needsKeyboard);
  let registered: vscode.Disposable | null = null;
  afterEach(async () => {
    await closeAll();
    registered?.dispose();
  });

  it('gets ghost text where it can be written', async () => {
    const scheme = 'understudy-server';
    registered = vscode.workspace.registerFileSystemProvider(scheme, new OneFile(Buffer.from(text)));
    const editor = await vscode.window.showTextDocument(vscode.Uri.from({ scheme, path: '/heron.md' }));
    const end = new vscode.Position(2, 0);
    editor.selection = new vscode.Selection(end, end);
    await vscode.commands.executeCommand('workbench.action.focusActiveEditorGroup');
    await theWindow.idle();
    await theWindow.type('At noon the heron of Saltm');
    await ghostTextBeginning('arsh Quay');
    assert.ok(editor.document.isDirty);
    assert.equal(await editor.document.save(), true);
  });

  it('says where it cannot be written that nothing is suggested or generated in it', async () => {
    const scheme = 'understudy-archive';
    const archive = new OneFile(Buffer.from(text));
    registered = vscode.workspace.registerFileSystemProvider(scheme, archive, { isReadonly: true });
    const editor = await vscode.window.showTextDocument(vscode.Uri.from({ scheme, path: '/heron.md' }));
    const end = new vscode.Position(2, 0);
    editor.selection = new vscode.Selection(end, end);
    await vscode.commands.executeCommand('understudy.generateFromSelection');
    await told('heron.md is read-only');
    assert.equal(editor.document.getText(), text);
  });
});
