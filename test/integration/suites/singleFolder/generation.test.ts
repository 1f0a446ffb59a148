import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { Generation } from '../../../../src/editor/generation.js';
import { DEFAULT_SAMPLING } from '../../../../src/model/samplingOptions.js';
import { closeAll, openDraft } from '../../support/editing.js';
import { hearProgress } from '../../support/hearProgress.js';
import { waitFor } from '../../support/waitFor.js';

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
    assert.ok(editor.selection.isEmpty, 'What is typed now would take the place of the selected text.');
    await vscode.commands.executeCommand('type', { text: '!' });
    assert.equal(editor.document.getText(), text.replace(made.text, `${made.text}!`));
    await vscode.commands.executeCommand('undo');
    await vscode.commands.executeCommand('undo');
    assert.equal(editor.document.getText(), before);
    await waitFor('the selection', () => editor.selection.isEqual(selection));
  });

  it('continues at the cursor when nothing is selected', async () => {
    const editor = await openDraft('generated.md', 'Old Tobias Wren█\n');
    const made: Generated | undefined = await vscode.commands.executeCommand(
      'understudy.generateFromSelection',
    );
    assert.ok(made && made.text !== '');
    assert.equal(editor.document.getText(), `Old Tobias Wren${made.text}\n`);
  });

  it('says that the text is finished, as a screen reader says nothing when a notification goes away', async () => {
    const { told, stop } = hearProgress();
    try {
      await openDraft('generated.md', 'Old Tobias Wren█\n');
      await vscode.commands.executeCommand('understudy.generateFromSelection');
      assert.deepEqual(told, ['the text is finished']);
    } finally {
      stop();
    }
  });

  for (const [view, show] of [
    ['the settings panel', 'understudy.openSettingsPanel'],
    ['the output', 'workbench.panel.output.focus'],
  ] as const) {
    it(`continues the text that was active last when ${view} has the focus, as long as it is visible`, async () => {
      const editor = await openDraft('generated.md', 'Old Tobias Wren█\n');
      await vscode.commands.executeCommand(show);
      await waitFor(view, () => vscode.window.activeTextEditor !== editor);
      const made: Generated | undefined = await vscode.commands.executeCommand(
        'understudy.generateFromSelection',
      );
      assert.ok(made && made.text !== '');
      assert.equal(editor.document.getText(), `Old Tobias Wren${made.text}\n`);
      await vscode.commands.executeCommand('workbench.action.closePanel');
      await vscode.commands.executeCommand('workbench.action.focusFirstEditorGroup');
      await closeAll();
      await vscode.commands.executeCommand(show);
      assert.equal(await vscode.commands.executeCommand('understudy.generateFromSelection'), undefined);
      await vscode.commands.executeCommand('workbench.action.closePanel');
    });
  }

  describe('of many lines', () => {
    const tale = `${'The tide is late.\n\n'.repeat(30)}The tide█`;
    const isInView = ({ visibleRanges, selection }: vscode.TextEditor): boolean =>
      visibleRanges.some((range) => range.contains(selection.active));
    // Greedy, so that it repeats the text's short paragraphs.
    before(async () => {
      await set('greedy', true);
      await set('maxNewTokens', 100);
    });
    after(async () => {
      await set('greedy', undefined);
      await set('maxNewTokens', 24);
    });

    it('is brought into view, and stays there while it grows', async () => {
      const editor = await openDraft('generated.md', tale);
      editor.revealRange(new vscode.Range(0, 0, 0, 0), vscode.TextEditorRevealType.AtTop);
      await waitFor('the beginning', () => !isInView(editor));
      const { lineCount } = editor.document;
      await vscode.commands.executeCommand<Generated>('understudy.generateFromSelection');
      assert.ok(editor.document.lineCount > lineCount + 5, editor.document.getText());
      await waitFor('its end', () => isInView(editor));
    });

    it('is left alone once the user has scrolled away', async () => {
      const editor = await openDraft('generated.md', tale);
      const { document } = editor;
      const generation = new Generation({
        generate: async (_request, onPart) => {
          const write = async (part: string): Promise<void> => {
            const { length } = document.getText();
            onPart(part);
            await waitFor('the part', () => document.getText().length === length + part.length);
          };
          await write(' is');
          await waitFor('its end in view', () => isInView(editor));
          await waitFor('the beginning', async () => {
            await vscode.commands.executeCommand('editorScroll', { to: 'up', by: 'line', value: 200 });
            return editor.visibleRanges[0].start.line === 0;
          });
          for (let paragraph = 0; paragraph < 5; paragraph++) {
            await write(' late.\n\nThe tide is');
          }
          return { kind: 'generated', id: 0, text: '', stopReason: 'length' };
        },
      });
      try {
        await generation.fromSelection(editor, DEFAULT_SAMPLING);
        assert.equal(editor.visibleRanges[0].start.line, 0);
      } finally {
        generation.dispose();
      }
    });
  });

  it('does not run into the word after it', async () => {
    const editor = await openDraft('generated.md', 'Old Tobias Wren █was asleep.\n');
    for (const command of ['understudy.generateFromSelection', 'understudy.generateAnother']) {
      const { text } = await vscode.commands.executeCommand<Generated>(command);
      assert.match(text, /\S\s$/u);
      assert.equal(editor.document.getText(), `Old Tobias Wren ${text}was asleep.\n`);
    }
  });

  it('continues after the word that the cursor is in', async () => {
    const editor = await openDraft('generated.md', 'Old Tobias Wr█en was asleep.\n');
    for (const command of ['understudy.generateFromSelection', 'understudy.generateAnother']) {
      const { text } = await vscode.commands.executeCommand<Generated>(command);
      assert.equal(editor.document.getText(), `Old Tobias Wren${text} was asleep.\n`);
    }
  });

  it('replaces the first sample with another', async () => {
    const editor = await openDraft('generated.md', 'Old Tobias Wren█\n');
    const first: Generated | undefined = await vscode.commands.executeCommand(
      'understudy.generateFromSelection',
    );
    const second: Generated | undefined = await vscode.commands.executeCommand('understudy.generateAnother');
    assert.ok(first && second);
    assert.notEqual(first.text, second.text);
    assert.equal(editor.document.getText(), `Old Tobias Wren${second.text}\n`);
    const third = await vscode.commands.executeCommand<Generated>('understudy.generateAnother');
    assert.notEqual(third.text, second.text);
  });

  it('replaces the sample also after the text above it was edited', async () => {
    const editor = await openDraft('generated.md', 'Ald Tobias Wren█\n');
    const first = await vscode.commands.executeCommand<Generated>('understudy.generateFromSelection');
    assert.notEqual(first.text, '');
    await editor.edit((edit) => {
      edit.replace(new vscode.Range(0, 0, 0, 1), '# The Ferry\n\nO');
    });
    const second = await vscode.commands.executeCommand<Generated>('understudy.generateAnother');
    assert.equal(editor.document.getText(), `# The Ferry\n\nOld Tobias Wren${second.text}\n`);
  });

  it('replaces the sample where it is shown, though the editor beside it has the focus', async () => {
    const { document } = await openDraft('generated.md', 'Old Tobias Wren█\n');
    await vscode.commands.executeCommand<Generated>('understudy.generateFromSelection');
    await vscode.commands.executeCommand('workbench.action.newGroupRight');
    await vscode.commands.executeCommand('workbench.action.files.newUntitledFile');
    await waitFor('another text', () => vscode.window.activeTextEditor?.document.isUntitled);
    const second = await vscode.commands.executeCommand<Generated>('understudy.generateAnother');
    assert.equal(document.getText(), `Old Tobias Wren${second.text}\n`);
    const shown = vscode.window.visibleTextEditors.filter((editor) => editor.document === document);
    assert.equal(shown.length, 1, 'It was opened once more.');
  });

  it('replaces no sample that was edited, and none by the same text', async () => {
    // Before a line break, a sample that ends in one would stand there still without its last character.
    const editor = await openDraft('generated.md', 'Old Tobias Wren█ slept.\n');
    const { text } = await vscode.commands.executeCommand<Generated>('understudy.generateFromSelection');
    const another = () => vscode.commands.executeCommand<Generated | undefined>('understudy.generateAnother');
    const written = editor.document.getText();
    await set('greedy', true);
    try {
      assert.equal(await another(), undefined);
    } finally {
      await set('greedy', undefined);
    }
    assert.equal(editor.document.getText(), written);
    await vscode.commands.executeCommand('type', { text: '!' });
    await vscode.commands.executeCommand('deleteLeft');
    await vscode.commands.executeCommand('deleteLeft');
    assert.equal(await another(), undefined);
    assert.equal(editor.document.getText(), `Old Tobias Wren${text.slice(0, -1)} slept.\n`);
  });

  it('replaces the sample also after it was undone and done again', async () => {
    const editor = await openDraft('generated.md', 'Old Tobias Wren█\n');
    await vscode.commands.executeCommand<Generated>('understudy.generateFromSelection');
    const written = editor.document.getText();
    await vscode.commands.executeCommand('undo');
    await vscode.commands.executeCommand('redo');
    assert.equal(editor.document.getText(), written);
    const second = await vscode.commands.executeCommand<Generated | undefined>('understudy.generateAnother');
    assert.equal(editor.document.getText(), `Old Tobias Wren${second?.text}\n`);
  });

  it('replaces an earlier sample, too, once an undo has brought it back', async () => {
    const editor = await openDraft('generated.md', 'Old Tobias Wren█\n');
    const first = await vscode.commands.executeCommand<Generated>('understudy.generateFromSelection');
    const second = await vscode.commands.executeCommand<Generated>('understudy.generateAnother');
    await vscode.commands.executeCommand('undo');
    assert.equal(editor.document.getText(), `Old Tobias Wren${first.text}\n`);
    const third = await vscode.commands.executeCommand<Generated | undefined>('understudy.generateAnother');
    assert.ok(third && third.text !== second.text);
    assert.equal(editor.document.getText(), `Old Tobias Wren${third.text}\n`);
  });

  it('writes another sample where an undo has taken all of them back', async () => {
    const editor = await openDraft('generated.md', 'Old Tobias Wren█\n');
    await vscode.commands.executeCommand('understudy.generateFromSelection');
    await vscode.commands.executeCommand('undo');
    assert.equal(editor.document.getText(), 'Old Tobias Wren\n');
    for (let round = 0; round < 2; round++) {
      const { text } = await vscode.commands.executeCommand<Generated>('understudy.generateAnother');
      assert.equal(editor.document.getText(), `Old Tobias Wren${text}\n`);
    }
  });

  it('continues the text as it is by now with another sample', async () => {
    const editor = await openDraft('generated.md', 'Old Tobias Wren█\n');
    await vscode.commands.executeCommand<Generated>('understudy.generateFromSelection');
    await editor.edit((edit) => {
      edit.replace(new vscode.Range(0, 0, 0, 'Old Tobias Wren'.length), '老船夫坐在岸边，他说：我们');
    });
    const second = await vscode.commands.executeCommand<Generated>('understudy.generateAnother');
    assert.match(second.text, /\p{Script=Han}/u);
    assert.ok(editor.document.getText().includes(`我们${second.text}`));
  });

  it('gives the same text for the same seed', async () => {
    const fromDraft = async (): Promise<string> => {
      await openDraft('generated.md', 'Aunt Philippa wrote█\n');
      const made = await vscode.commands.executeCommand<Generated>('understudy.generateFromSelection');
      await closeAll();
      return made.text;
    };
    const text = await fromDraft();
    assert.notEqual(text, '');
    assert.equal(await fromDraft(), text);
  });

  /** Runs `disturb` while a long text is written; tries again when the model ends that text by itself first. */
  async function interrupt(disturb: () => Thenable<unknown>) {
    await set('maxNewTokens', 1000);
    await set('seed', undefined);
    try {
      for (let tries = 1; ; tries++) {
        // A text that has ended is learned once the user turns away from it, and the next one would end like it.
        await closeAll();
        const { document } = await openDraft('interrupted.md', 'Old Tobias Wren█\n');
        let isEnded = false;
        const running = vscode.commands
          .executeCommand<Generated | undefined>('understudy.generateFromSelection')
          .then((generated) => {
            isEnded = true;
            return generated;
          });
        await waitFor('some pieces', () => isEnded || document.getText().length > 40);
        await disturb();
        const text = document.getText();
        const made = await running;
        assert.ok(made, 'It failed.');
        if (made.stopReason === 'cancelled' || tries === 10) {
          return { made, text, document };
        }
      }
    } finally {
      await set('maxNewTokens', 24);
      await set('seed', 7);
    }
  }

  it('keeps what it wrote when it is stopped, and one undo takes all of that back', async () => {
    const { made, document } = await interrupt(() =>
      vscode.commands.executeCommand('understudy.cancelGeneration'),
    );
    assert.equal(made.stopReason, 'cancelled');
    assert.equal(document.getText(), `Old Tobias Wren${made.text}\n`);
    await vscode.commands.executeCommand('undo');
    assert.equal(document.getText(), 'Old Tobias Wren\n');
  });

  for (const [what, disturb] of [
    ['something is typed', () => vscode.commands.executeCommand('type', { text: '!' })],
    ['it is undone', () => vscode.commands.executeCommand('undo')],
    [
      'its editor shows another text',
      () => vscode.commands.executeCommand('workbench.action.files.newUntitledFile'),
    ],
  ] as const) {
    it(`writes nothing more after ${what} while it writes`, async () => {
      const { made, text, document } = await interrupt(disturb);
      assert.equal(made.stopReason, 'cancelled');
      assert.equal(document.getText(), text);
    });
  }

  it('replaces what it wrote also after its editor showed another text meanwhile', async () => {
    const { made, document } = await interrupt(() =>
      vscode.commands.executeCommand('workbench.action.files.newUntitledFile'),
    );
    assert.equal(document.getText(), `Old Tobias Wren${made.text}\n`);
    const other = await vscode.commands.executeCommand<Generated>('understudy.generateAnother');
    assert.equal(document.getText(), `Old Tobias Wren${other.text}\n`);
  });

  it('leaves what came before the generator died, which another sample replaces as a whole', async () => {
    const editor = await openDraft('died.md', 'Old Tobias Wren█\n');
    let isDead = true;
    const generation = new Generation({
      generate: (_request, onPart) => {
        for (const part of isDead ? [' rowed', ' across'] : [' slept']) {
          onPart(part);
        }
        return isDead
          ? Promise.reject(new Error('It died.'))
          : Promise.resolve({ kind: 'generated', id: 1, text: ' slept', stopReason: 'length' });
      },
    });
    try {
      await assert.rejects(generation.fromSelection(editor, DEFAULT_SAMPLING), { message: 'It died.' });
      assert.equal(editor.document.getText(), 'Old Tobias Wren rowed across\n');
      isDead = false;
      await generation.another(DEFAULT_SAMPLING);
      assert.equal(editor.document.getText(), 'Old Tobias Wren slept\n');
      await vscode.commands.executeCommand('undo');
      assert.equal(editor.document.getText(), 'Old Tobias Wren rowed across\n');
    } finally {
      generation.dispose();
    }
  });

  it('fails in an editor that was made read-only', async () => {
    await openDraft('read-only.md', 'Old Tobias Wren█\n');
    await vscode.commands.executeCommand('workbench.action.files.setActiveEditorReadonlyInSession');
    try {
      const made = await vscode.commands.executeCommand<Generated>('understudy.generateFromSelection');
      assert.equal(made, undefined);
    } finally {
      await vscode.commands.executeCommand('workbench.action.files.resetActiveEditorReadonlyInSession');
    }
  });

  it('writes nothing when it is stopped before it has begun', async () => {
    const editor = await openDraft('stopped-early.md', 'Old Tobias Wren█\n');
    const running = vscode.commands.executeCommand<Generated>('understudy.generateFromSelection');
    const stopped = vscode.commands.executeCommand('understudy.cancelGeneration');
    assert.deepEqual(await running, { text: '', stopReason: 'cancelled' });
    await stopped;
    assert.equal(editor.document.getText(), 'Old Tobias Wren\n');
  });

  it('writes nothing when an edit moves its place before it has begun', async () => {
    const editor = await openDraft('changed-early.md', 'Old Tobias Wren█\n');
    // Still on its way when the generation starts, which takes the cursor's place from the unedited text.
    const edited = editor.edit((edit) => {
      edit.insert(new vscode.Position(0, 0), 'There sat ');
    });
    const running = vscode.commands.executeCommand<Generated>('understudy.generateFromSelection');
    assert.deepEqual(await running, { text: '', stopReason: 'cancelled' });
    assert.equal(await edited, true);
    assert.equal(editor.document.getText(), 'There sat Old Tobias Wren\n');
  });

  describe('from a slow model', () => {
    const { Global } = vscode.ConfigurationTarget;
    const tidying = ['insertFinalNewline', 'trimTrailingWhitespace'];
    const tidyUp = async (value: true | undefined): Promise<void> => {
      for (const name of tidying) {
        await vscode.workspace.getConfiguration('files').update(name, value, Global);
      }
    };
    before(() => tidyUp(true));
    after(() => tidyUp(undefined));

    /** Writes these parts after a text, and `meanwhile` before the last one. */
    async function write(
      parts: readonly [string, string],
      meanwhile: (document: vscode.TextDocument) => Thenable<unknown>,
    ) {
      const { document } = await openDraft('slow.md', '# The Ferry  \n\nOld Tobias Wren█');
      const samples = [parts, [' slept', '']];
      const generation = new Generation({
        generate: async (_request, onPart, signal) => {
          const [beginning, rest] = samples.shift()!;
          onPart(beginning);
          await waitFor('the beginning', () => document.getText().trimEnd().endsWith(beginning));
          await meanwhile(document);
          onPart(rest);
          await waitFor('the end', () => signal!.aborted || document.getText().trimEnd().endsWith(rest));
          const stopReason = signal!.aborted ? 'cancelled' : 'length';
          return { kind: 'generated', id: 0, text: beginning + rest, stopReason };
        },
      });
      const made = await generation.fromSelection(vscode.window.activeTextEditor!, DEFAULT_SAMPLING);
      return { document, generation, made };
    }

    for (const [when, ...parts] of [
      ['before', '', ' sat there'],
      ['after', ' sat', ' there'],
    ] as const) {
      it(`goes on where a save ${when} its first words tidies up the text`, async () => {
        const { document, generation, made } = await write(parts, (saved) => saved.save());
        try {
          assert.deepEqual(made, { text: ' sat there', stopReason: 'length' });
          assert.equal(document.getText(), '# The Ferry\n\nOld Tobias Wren sat there\n');
          await generation.another(DEFAULT_SAMPLING);
          assert.equal(document.getText(), '# The Ferry\n\nOld Tobias Wren slept\n');
        } finally {
          generation.dispose();
        }
      });
    }

    it('ends where the user presses Enter behind it', async () => {
      const { document, generation, made } = await write([' sat', ' there'], () =>
        vscode.commands.executeCommand('type', { text: '\n' }),
      );
      generation.dispose();
      assert.deepEqual(made, { text: ' sat', stopReason: 'cancelled' });
      assert.match(document.getText(), /Old Tobias Wren sat\n$/);
    });
  });

  it('can be started again while it writes, and then runs to its end', async () => {
    await set('maxNewTokens', 100);
    try {
      const editor = await openDraft('twice.md', 'Old Tobias Wren█\n');
      for (let round = 0; round < 2; round++) {
        const before = editor.document.getText();
        let isEnded = false;
        const first = vscode.commands.executeCommand('understudy.generateFromSelection').then(() => {
          isEnded = true;
        });
        await waitFor('the first piece', () => isEnded || editor.document.getText() !== before);
        const second = await vscode.commands.executeCommand<Generated>('understudy.generateFromSelection');
        await first;
        assert.notEqual(second.stopReason, 'cancelled');
        assert.ok(editor.document.getText().includes(second.text));
      }
    } finally {
      await set('maxNewTokens', 24);
    }
  });
});
