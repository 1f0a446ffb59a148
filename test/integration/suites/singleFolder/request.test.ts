import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import {
  ACCEPTED_COMMAND,
  InlineCompletionProvider,
  type CompletionOutcome,
} from '../../../../src/editor/inlineCompletionProvider.js';
import { UNKNOWN_TAKING } from '../../../../src/model/generation/wordTaking.js';
import type { CompletedResponse } from '../../../../src/protocol/generatorProtocol.js';
import { closeAll, openDraft } from '../../support/editing.js';

interface Request {
  readonly enabled?: boolean;
  readonly isComposing?: boolean;
  readonly isAskingAgain?: boolean;
  readonly isCancelled?: boolean;
  readonly triggerKind?: vscode.InlineCompletionTriggerKind;
  readonly selectedCompletionInfo?: vscode.SelectedCompletionInfo;
  readonly answer?: Partial<CompletedResponse> | Error;
}

/** What a request for ghost text at the cursor of an editor brings about. */
async function ask({ document, selection }: vscode.TextEditor, request: Request = {}) {
  const { answer = {}, triggerKind = vscode.InlineCompletionTriggerKind.Automatic } = request;
  const outcomes: CompletionOutcome[] = [];
  const offered: (readonly string[])[] = [];
  const learned: string[] = [];
  const invoked: (boolean | undefined)[] = [];
  let considered = 0;
  let logged = 0;
  let wasAborted = false;
  const cancellation = new vscode.CancellationTokenSource();
  const provider = new InlineCompletionProvider(
    {
      complete: ({ isInvoked }, signal) => {
        invoked.push(isInvoked);
        if (request.isCancelled === true) {
          cancellation.cancel();
          wasAborted = signal?.aborted === true;
        }
        return answer instanceof Error
          ? Promise.reject(answer)
          : Promise.resolve({
              kind: 'completed',
              id: 1,
              insertText: 'east window',
              confidence: 0.8,
              source: 'generated',
              milliseconds: 3,
              ...answer,
            });
      },
    },
    () => ({
      enabled: request.enabled ?? true,
      eagerness: 0.5,
      multiline: false,
      midLineInCode: false,
      maxNewTokens: 32,
    }),
    {
      isComposing: () => request.isComposing ?? false,
      insertedBefore: () => 0,
      isAskingAgain: () => request.isAskingAgain ?? false,
      offered: (_document, _position, texts) => {
        offered.push(texts);
      },
      settled: (outcome) => {
        outcomes.push(outcome);
      },
    },
    {
      lessonsFor: () => ({ confidenceShift: 0, takesWords: UNKNOWN_TAKING, refused: [] }),
      shown: (_around, text) => {
        learned.push(text);
      },
    },
    {
      consider: () => {
        considered++;
      },
    },
    {
      trace: () => undefined,
      error: () => {
        logged++;
      },
    },
  );
  const context = { triggerKind, selectedCompletionInfo: request.selectedCompletionInfo };
  const items = await provider.provideInlineCompletionItems(
    document,
    selection.active,
    context,
    cancellation.token,
  );
  cancellation.dispose();
  const outcome = outcomes.map((each) => (each.kind === 'silent' ? each.reason : each.kind)).join();
  return { items, outcome, offered, learned, invoked, considered, logged, wasAborted };
}

describe('A request for ghost text', () => {
  const open = () => openDraft('draft.md', '# Draft\n\nThe lamp in the █\n');
  afterEach(closeAll);

  it('is answered at the cursor, and learned from', async () => {
    const editor = await open();
    const { items, outcome, offered, learned, considered } = await ask(editor);
    const [{ insertText, range, command }] = items;
    assert.deepEqual([items.length, insertText], [1, 'east window']);
    assert.ok(range?.isEqual(editor.selection));
    assert.deepEqual([command?.command, command?.arguments], [ACCEPTED_COMMAND, ['east window']]);
    assert.deepEqual([outcome, offered, learned], ['answered', [['east window']], ['east window']]);
    assert.equal(considered, 1);
  });

  it('has its reason where it is not passed on', async () => {
    const editor = await open();
    assert.equal((await ask(editor, { enabled: false })).outcome, 'off');
    assert.equal((await ask(editor, { isComposing: true })).outcome, 'composing');
    editor.selections = [new vscode.Selection(0, 0, 0, 0), editor.selection];
    const { items, outcome, invoked } = await ask(editor);
    assert.deepEqual([items, outcome, invoked], [[], 'multipleCursors', []]);
    const empty = await ask(await openDraft('empty.md', '█'));
    assert.deepEqual([empty.outcome, empty.invoked], ['emptyDocument', []]);
  });

  it('is no request in a text that the user does not write', async () => {
    const scheme = 'understudy-made';
    const made = vscode.workspace.registerTextDocumentContentProvider(scheme, {
      provideTextDocumentContent: () => 'The lamp in the ',
    });
    try {
      const editor = await vscode.window.showTextDocument(vscode.Uri.from({ scheme, path: '/made.md' }));
      const { outcome, invoked } = await ask(editor);
      assert.deepEqual([outcome, invoked], ['', []]);
    } finally {
      made.dispose();
    }
  });

  it('counts as the wish of the user only where the user has made it', async () => {
    const editor = await open();
    const { Invoke, Automatic } = vscode.InlineCompletionTriggerKind;
    const invoked = async (request: Request) => (await ask(editor, request)).invoked;
    assert.deepEqual(await invoked({ triggerKind: Invoke }), [true]);
    assert.deepEqual(await invoked({ triggerKind: Automatic }), [false]);
    assert.deepEqual(await invoked({ triggerKind: Invoke, isAskingAgain: true }), [false]);
  });

  it('offers others in turn where the user asks, whose reliability tells nothing', async () => {
    const alternatives = [{ insertText: 'east wing', confidence: 0.1 }];
    const { items, offered, learned } = await ask(await open(), { answer: { alternatives, isAsked: true } });
    assert.deepEqual(
      items.map(({ insertText, command }) => [insertText, command?.arguments]),
      [
        ['east window', ['east window']],
        ['east wing', ['east wing']],
      ],
    );
    assert.deepEqual([offered, learned], [[['east window', 'east wing']], []]);
  });

  it('shows only what agrees with the selected item of the list of completions', async () => {
    const editor = await openDraft('draft.md', '# Draft\n\nThe lamp in the ea█\n');
    const range = new vscode.Range(2, 16, 2, 18);
    const answer = { insertText: 'st window', alternatives: [{ insertText: 'ting room', confidence: 0.1 }] };
    const ofItem = (text: string) => ask(editor, { answer, selectedCompletionInfo: { range, text } });
    assert.deepEqual((await ofItem('east')).offered, [['st window']]);
    const { items, outcome, offered, learned, considered } = await ofItem('eaten');
    assert.deepEqual([items, outcome, offered, learned], [[], 'suggestWidget', [], []]);
    assert.equal(considered, 0, 'It would show what VS Code does not.');
  });

  it('without a suggestion offers nothing, and may still be refined', async () => {
    const { items, outcome, offered, learned, considered } = await ask(await open(), {
      answer: { insertText: '' },
    });
    assert.deepEqual([items, outcome, offered, learned, considered], [[], 'answered', [], [], 1]);
  });

  it('that VS Code has given up leaves no trace, though it is answered or fails', async () => {
    const editor = await open();
    for (const answer of [{}, new Error('The request was cancelled.')]) {
      const { wasAborted, items, outcome, offered, logged } = await ask(editor, {
        isCancelled: true,
        answer,
      });
      assert.ok(wasAborted, 'The generator would go on for nothing.');
      assert.deepEqual([items, outcome, offered, logged], [[], '', [], 0]);
    }
  });

  it('that fails is logged, and is the reason for no suggestion', async () => {
    const { items, outcome, logged } = await ask(await open(), { answer: new Error('It has stopped.') });
    assert.deepEqual([items, outcome, logged], [[], 'failed', 1]);
  });
});
