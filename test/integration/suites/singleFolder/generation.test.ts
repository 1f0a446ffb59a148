import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { closeAll, openDraft } from '../../support/editing.js';

interface Generated {
  readonly text: string;
  readonly stopReason: string;
}

const set = (name: string, value: unknown): Thenable<void> =>
  vscode.workspace
    .getConfiguration('understudy.sampling')
    .update(name, value, vscode.ConfigurationTarget.Workspace);

describe('Generate from Selection', () => {
  before('short and always the same', async () => {
    await set('seed', 7);
    await set('maxNewTokens', 24);
  });
  after(async () => {
    await set('seed', undefined);
    await set('maxNewTokens', undefined);
  });
  beforeEach(closeAll);
  after(closeAll);

  it('continues the selected text after it, and one undo takes it all back', async () => {
    const before = 'First line.\nThe lamp in the east window\nLast line.\n';
    const editor = await openDraft('generated.md', `█${before}`);
    const selection = new vscode.Selection(1, 0, 1, 'The lamp in the east window'.length);
    editor.selection = selection;
    const made: Generated | undefined = await vscode.commands.executeCommand(
      'understudy.generateFromSelection',
    );
    assert.ok(made && made.text.length > 10, `It made "${made?.text}".`);
    const text = editor.document.getText();
    assert.equal(text, before.replace('east window', `east window${made.text}`));
    await vscode.commands.executeCommand('undo');
    assert.equal(editor.document.getText(), before);
  });

  it('continues at the cursor when nothing is selected', async () => {
    const editor = await openDraft('generated.md', 'Old Tobias Wren█\n');
    const made: Generated | undefined = await vscode.commands.executeCommand(
      'understudy.generateFromSelection',
    );
    assert.ok(made && made.text !== '');
    assert.equal(editor.document.getText(), `Old Tobias Wren${made.text}\n`);
  });

  it('puts another sample in the place of the first', async () => {
    const editor = await openDraft('generated.md', 'Old Tobias Wren█\n');
    const first: Generated | undefined = await vscode.commands.executeCommand(
      'understudy.generateFromSelection',
    );
    const second: Generated | undefined = await vscode.commands.executeCommand('understudy.generateAnother');
    assert.ok(first && second);
    assert.notEqual(first.text, second.text);
    assert.equal(editor.document.getText(), `Old Tobias Wren${second.text}\n`);
  });

  it('gives the same text for the same seed', async () => {
    const texts: (string | undefined)[] = [];
    for (let round = 0; round < 2; round++) {
      await openDraft('generated.md', 'Aunt Philippa wrote█\n');
      const made: Generated | undefined = await vscode.commands.executeCommand(
        'understudy.generateFromSelection',
      );
      texts.push(made?.text);
      await closeAll();
    }
    assert.ok(texts[0]);
    assert.equal(texts[0], texts[1]);
  });
});
