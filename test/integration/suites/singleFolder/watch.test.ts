import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { CompletionOutcome } from '../../../../src/editor/inlineCompletionProvider.js';
import { SuggestionWatch } from '../../../../src/editor/suggestionWatch.js';
import { closeAll, openDraft } from '../../support/editing.js';
import { waitFor } from '../../support/waitFor.js';

const SILENT: CompletionOutcome = { kind: 'silent', reason: 'composing', languageId: 'markdown' };

/** A second watch of this window, which runs no command of VS Code: with the context keys that it sets, and the commands of others. */
function secondWatch() {
  const { commands } = vscode;
  const { registerCommand, executeCommand } = commands;
  const keys = new Map<string, unknown>();
  const run: unknown[][] = [];
  const debug: string[] = [];
  let accept: (text: string) => void = () => undefined;
  let fault: Error | null = null;
  commands.registerCommand = (_name, command: typeof accept) => {
    accept = command;
    return new vscode.Disposable(() => undefined);
  };
  commands.executeCommand = (name: string, ...rest: unknown[]) => {
    if (name === 'setContext') {
      keys.set(String(rest[0]), rest[1]);
    } else {
      run.push([name, ...rest]);
    }
    return fault === null ? Promise.resolve(undefined as never) : Promise.reject(fault);
  };
  const watch = new SuggestionWatch({ debug: (line) => debug.push(line) });
  commands.registerCommand = registerCommand;
  return {
    watch,
    keys,
    run,
    debug,
    accept: (text: string) => {
      accept(text);
    },
    failWith: (error: Error) => {
      fault = error;
    },
    restore: () => {
      commands.executeCommand = executeCommand;
    },
    end: () => {
      commands.executeCommand = executeCommand;
      watch.dispose();
    },
  };
}

describe('What becomes of suggestions', () => {
  let second: ReturnType<typeof secondWatch>;
  let editor: vscode.TextEditor;
  beforeEach(async () => {
    editor = await openDraft('watched.md', 'The lamp in the █\n');
    second = secondWatch();
  });
  afterEach(async () => {
    second.end();
    await closeAll();
  });

  const offer = (...texts: string[]): void => {
    second.watch.offered(editor.document, editor.selection.active, texts);
  };
  const takesWord = () => second.keys.get('understudy.takesWord');
  const takingWord = () => second.keys.get('understudy.takingWord');

  it('the reason for none is that of the text last in front, also while a panel is', async () => {
    const { watch } = second;
    watch.settled(editor.document, SILENT);
    second.restore();
    await vscode.commands.executeCommand('understudy.openSettingsPanel');
    await waitFor('the panel', () => vscode.window.activeTextEditor === undefined);
    assert.equal(watch.lastRequest?.outcome, SILENT);
    await vscode.window.showTextDocument(editor.document);
    await waitFor('the text', () => watch.lastRequest === null);
  });

  it('the key is ours only while one may be shown', async () => {
    assert.deepEqual([takesWord(), takingWord()], [false, false]);
    offer('east window');
    assert.equal(takesWord(), true);
    second.watch.settled(editor.document, SILENT);
    assert.equal(takesWord(), false);
    offer(' east window');
    await editor.edit((edit) => {
      edit.insert(editor.selection.active, 'x');
    });
    await waitFor('the end of the suggestion', () => second.watch.tally.place === null);
    second.watch.settled(editor.document, SILENT);
    assert.equal(takesWord(), false);
  });

  it('the key is ours while words are being taken, until the last of them is, though it fails', async () => {
    let end: () => void = () => undefined;
    const first = second.watch.keepKeyUntil(new Promise<void>((resolve) => (end = resolve)));
    await assert.rejects(second.watch.keepKeyUntil(Promise.reject(new Error('closed'))), /closed/);
    assert.deepEqual([takingWord(), takesWord()], [true, true]);
    end();
    await first;
    assert.deepEqual([takingWord(), takesWord()], [false, false]);
  });

  it('one is at the cursor where it was offered alone, and no longer once the cursor or the editor is another', async () => {
    offer('east window', 'west window');
    assert.equal(second.watch.suggestionAt(editor), null, 'It may be the other.');
    offer('east window');
    assert.equal(second.watch.suggestionAt(editor)?.text, 'east window');
    const { active } = editor.selection;
    for (const place of [active.translate(0, -1), active.translate(1, -active.character)]) {
      editor.selection = new vscode.Selection(place, place);
      assert.equal(second.watch.suggestionAt(editor), null);
    }
    editor.selection = new vscode.Selection(active, active);
    const other = await openDraft('other.md', 'The lamp in the █\n');
    assert.equal(second.watch.suggestionAt(other), null);
  });

  it('VS Code is asked again on behalf of the extension until it has been, also where that fails', async () => {
    const { watch } = second;
    const asking = watch.askAgain('showNext', { explicit: true });
    assert.equal(watch.isAskingAgain(), true);
    await asking;
    assert.equal(watch.isAskingAgain(), false);
    assert.deepEqual(second.run, [['editor.action.inlineSuggest.showNext', { explicit: true }]]);
    second.failWith(new Error('no editor'));
    await watch.askAsAtKey();
    assert.equal(watch.isAskingAgain(), false);
    assert.deepEqual(second.run[1], ['editor.action.inlineSuggest.trigger', { explicit: false }]);
    assert.deepEqual(second.debug, ['VS Code did not ask again. no editor']);
  });

  it('are told when one is offered, taken in part or accepted', async () => {
    const { watch } = second;
    const told: string[] = [];
    watch.onDidChange(() => told.push('changed'));
    watch.onDidTakeWord(() => told.push('word'));
    offer('east window');
    await editor.edit((edit) => {
      edit.insert(editor.selection.active, 'east');
    });
    await waitFor('the word', () => told.includes('word'));
    watch.tookWord();
    second.accept(' window');
    assert.deepEqual(told, ['changed', 'word', 'word', 'changed']);
    assert.deepEqual(
      [watch.acceptances, watch.tally.counts],
      [1, { shown: 1, accepted: 1, acceptedInPart: 1, charactersSaved: 11 }],
    );
  });

  it('are dropped by an edit of several places, which is no typing', async () => {
    offer('east window');
    await editor.edit((edit) => {
      edit.insert(new vscode.Position(0, 0), '> ');
      edit.insert(new vscode.Position(1, 0), '> ');
    });
    await waitFor('the edit', () => second.watch.tally.place === null);
    assert.equal(second.watch.tally.counts.acceptedInPart, 0);
  });

  it('what was inserted before the cursor in one go, and what an input method spells, is forgotten with the text', async () => {
    const { watch } = second;
    const { document } = editor;
    const at = editor.selection.active;
    await editor.edit((edit) => {
      edit.insert(at, 'de');
    });
    await waitFor('the insertion', () => watch.insertedBefore(document, at.translate(0, 2)) === 2);
    assert.equal(watch.isComposing(document), false);
    await editor.edit((edit) => {
      edit.replace(new vscode.Range(at, at.translate(0, 2)), 'den');
    });
    await waitFor('the spelling', () => watch.isComposing(document));
    second.restore();
    await closeAll();
    await waitFor('the end of the text', () => document.isClosed);
    assert.equal(watch.isComposing(document), false);
    assert.equal(watch.insertedBefore(document, at.translate(0, 3)), 0);
  });
});
