import assert from 'node:assert/strict';
import * as vscode from 'vscode';

describe('A window with one folder', () => {
  it('is trusted and has the folder', () => {
    assert.equal(vscode.workspace.workspaceFolders?.length, 1);
    assert.equal(vscode.workspace.isTrusted, true);
  });
});
