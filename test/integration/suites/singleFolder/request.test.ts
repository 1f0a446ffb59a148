import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import {
  ACCEPTED_COMMAND,
  InlineCompletionProvider,
  type CompletionOutcome,
} from '../../../../src/editor/inlineCompletionProvider.js';
import { placeOf } from '../../../../src/completion/suggestionRefiner.js';
import type { CompletedResponse, CompletionQuestion } from '../../../../src/protocol/generatorProtocol.js';
import { closeAll, openDraft } from '../../support/editing.js';

const LESSONS = { confidenceShift: 0.3, takesWords: 0.6, refused: ['west window'] };

interface Request {
  readonly enabled?: boolean;
  readonly isComposing?: boolean;
  readonly isAskingAgain?: boolean;
  readonly isCancelled?: boolean;
  readonly triggerKind?: vscode.InlineCompletionTriggerKind;
  readonly selectedCompletionInfo?: vscode.SelectedCompletionInfo;
  readonly answer?: Partial<CompletedResponse> | Error;
}

/** Requests for ghost text at the cursor of an editor, one after the other, and what each brings about. */
function requests() {
  let request: Request = {};
  let cancellation = new vscode.CancellationTokenSource();
  const outcomes: CompletionOutcome[] = [];
  const offered: (readonly string[])[] = [];
  const learned: string[] = [];
  const asked: CompletionQuestion[] = [];
  const considered: string[] = [];
  const log: string[] = [];
  const write = (line: unknown): void => {
    log.push(String(line));
  };
  let wasAborted = false;
  const provider = new InlineCompletionProvider(
    {
      complete: (question, signal) => {
        const { answer = {} } = request;
        asked.push(question);
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
              ...answer,
            });
      },
    },
    () => ({
      enabled: request.enabled ?? true,
      eagerness: 0.4,
      multiline: true,
      midLineInCode: true,
      maxNewTokens: 33,
    }),
    {
      isComposing: () => request.isComposing ?? false,
      insertedBefore: () => 0,
      isAskingAgain: () => request.isAskingAgain ?? false,
      offered: (_document, _position, texts) => {
        offered.push(texts);
      },
      settled: (_document, outcome) => {
        outcomes.push(outcome);
      },
    },
    {
      lessonsFor: () => LESSONS,
      shown: (_around, text) => {
        learned.push(text);
      },
    },
    {
      consider: (place) => {
        considered.push(place);
      },
    },
    { trace: write, error: write },
  );
  const ask = async ({ document, selection }: vscode.TextEditor, made: Request = {}) => {
    request = made;
    for (const list of [outcomes, offered, learned, asked, considered]) {
      list.length = 0;
    }
    const { triggerKind = vscode.InlineCompletionTriggerKind.Automatic, selectedCompletionInfo } = made;
    const context = { triggerKind, selectedCompletionInfo };
    cancellation = new vscode.CancellationTokenSource();
    const items = await provider.provideInlineCompletionItems(
      document,
      selection.active,
      context,
      cancellation.token,
    );
    cancellation.dispose();
    const outcome = outcomes.map((each) => (each.kind === 'silent' ? each.reason : each.kind)).join();
    return { items, outcome, offered, learned, asked, considered, wasAborted };
  };
  return { ask, log };
}

const ask = (editor: vscode.TextEditor, request?: Request) => requests().ask(editor, request);

describe('A request for ghost text', () => {
  const open = () => openDraft('draft.md', '# Draft\n\nThe lamp in the █\n');
  afterEach(closeAll);

  it('is answered at the cursor, and learned from', async () => {
    const editor = await open();
    const { items, outcome, offered, learned, asked, considered } = await ask(editor);
    const { document, selection } = editor;
    assert.deepEqual(asked, [
      {
        document: {
          uri: document.uri.toString(),
          languageId: 'markdown',
          prefix: '# Draft\n\nThe lamp in the ',
          suffix: '\n',
        },
        multiline: true,
        midLineInCode: true,
        eagerness: 0.4,
        maxNewTokens: 33,
        isInvoked: false,
        ...LESSONS,
      },
    ]);
    const [{ insertText, range, command }] = items;
    assert.deepEqual([items.length, insertText], [1, 'east window']);
    assert.ok(range?.isEqual(editor.selection));
    assert.deepEqual([command?.command, command?.arguments], [ACCEPTED_COMMAND, ['east window']]);
    assert.deepEqual([outcome, offered, learned], ['answered', [['east window']], ['east window']]);
    const offset = document.offsetAt(selection.active);
    assert.deepEqual(considered, [placeOf(document.uri.toString(), document.version, offset)]);
  });

  it('has its reason where it is not passed on', async () => {
    const editor = await open();
    assert.equal((await ask(editor, { enabled: false })).outcome, 'off');
    assert.equal((await ask(editor, { isComposing: true })).outcome, 'composing');
    editor.selections = [new vscode.Selection(0, 0, 0, 0), editor.selection];
    const { items, outcome, asked } = await ask(editor);
    assert.deepEqual([items, outcome, asked], [[], 'multipleCursors', []]);
    const beside = await vscode.workspace.openTextDocument({ content: 'The lamp in the ' });
    const other = { document: beside, selection: editor.selection } as vscode.TextEditor;
    assert.equal((await ask(other)).outcome, 'answered', 'Its own cursor is a single one.');
    const empty = await ask(await openDraft('empty.md', '█'));
    assert.deepEqual([empty.outcome, empty.asked], ['emptyDocument', []]);
  });

  it('is no request in a text that the user does not write', async () => {
    const scheme = 'understudy-made';
    const made = vscode.workspace.registerTextDocumentContentProvider(scheme, {
      provideTextDocumentContent: () => 'The lamp in the ',
    });
    try {
      const editor = await vscode.window.showTextDocument(vscode.Uri.from({ scheme, path: '/made.md' }));
      const { outcome, asked } = await ask(editor);
      assert.deepEqual([outcome, asked], ['', []]);
    } finally {
      made.dispose();
    }
  });

  it('counts as the wish of the user only where the user has made it', async () => {
    const editor = await open();
    const { Invoke, Automatic } = vscode.InlineCompletionTriggerKind;
    const isInvoked = async (request: Request) => (await ask(editor, request)).asked[0].isInvoked;
    assert.equal(await isInvoked({ triggerKind: Invoke }), true);
    assert.equal(await isInvoked({ triggerKind: Automatic }), false);
    assert.equal(await isInvoked({ triggerKind: Invoke, isAskingAgain: true }), false);
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
    assert.deepEqual(considered, [], 'It would show what VS Code does not.');
  });

  it('without a suggestion offers nothing, and may still be refined', async () => {
    const { items, outcome, offered, learned, considered } = await ask(await open(), {
      answer: { insertText: '' },
    });
    assert.deepEqual([items, outcome, offered, learned], [[], 'answered', [], []]);
    assert.equal(considered.length, 1);
  });

  it('that VS Code has given up leaves no trace, though it is answered or fails', async () => {
    const editor = await open();
    for (const answer of [{}, new Error('The request was cancelled.')]) {
      const { ask: askOnce, log } = requests();
      const { wasAborted, items, outcome, offered } = await askOnce(editor, { isCancelled: true, answer });
      assert.ok(wasAborted, 'The generator would go on for nothing.');
      assert.deepEqual([items, outcome, offered, log], [[], '', [], []]);
    }
  });

  it('that fails is the reason for no suggestion', async () => {
    const { items, outcome } = await ask(await open(), { answer: new Error('It has stopped.') });
    assert.deepEqual([items, outcome], [[], 'failed']);
  });

  it('leaves in the log its time and its length, or why it failed, once where that goes on, and none of the text', async () => {
    const editor = await open();
    const { ask: askAgain, log } = requests();
    const stopped = new Error('It has stopped.');
    for (const answer of [stopped, stopped, {}, stopped]) {
      await askAgain(editor, { answer });
    }
    assert.match(
      log.join('\n'),
      /^Error: It has stopped.\nnew, [\d.]+ ms, 11 characters\nError: It has stopped.$/,
    );
  });
});
