import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { InlineCompletionProvider } from '../../../../src/editor/inlineCompletionProvider.js';
import { UNKNOWN_TAKING } from '../../../../src/model/generation/wordTaking.js';
import { closeAll, openDraft } from '../../support/editing.js';

/** All that is logged, at any level, of the same request made again and again; what `answers` has for null fails. */
async function logOfSuggestions(answers: readonly (string | null)[]): Promise<string[]> {
  const lines: string[] = [];
  const write = (line: unknown) => {
    lines.push(String(line));
  };
  let asked = 0;
  const provider = new InlineCompletionProvider(
    {
      complete: () => {
        const insertText = answers[asked++];
        return insertText === null
          ? Promise.reject(new Error('The generator has stopped.'))
          : Promise.resolve({
              kind: 'completed',
              id: 1,
              insertText,
              confidence: 0.8,
              source: 'generated',
              milliseconds: 3.21,
            });
      },
    },
    () => ({ enabled: true, eagerness: 0.5, multiline: false, midLineInCode: false, maxNewTokens: 32 }),
    {
      isComposing: () => false,
      insertedBefore: () => 0,
      isAskingAgain: () => false,
      offered: () => undefined,
      settled: () => undefined,
    },
    {
      lessonsFor: () => ({ confidenceShift: 0, takesWords: UNKNOWN_TAKING, refused: [] }),
      shown: () => undefined,
    },
    { consider: () => undefined },
    { trace: write, error: write },
  );
  const { document, selection } = await openDraft('draft.md', '# Draft\n\nThe lamp in the █\n');
  const source = new vscode.CancellationTokenSource();
  const triggerKind = vscode.InlineCompletionTriggerKind.Automatic;
  while (asked < answers.length) {
    await provider.provideInlineCompletionItems(
      document,
      selection.active,
      { triggerKind, selectedCompletionInfo: undefined },
      source.token,
    );
  }
  source.dispose();
  return lines;
}

describe('The log of a suggestion', () => {
  afterEach(closeAll);

  it('gives its time and its length, and none of the text', async () => {
    assert.deepEqual(await logOfSuggestions(['east window']), ['generated, 3.2 ms, 11 characters']);
  });

  it('gives the reason when there is none, once where that goes on, and none of the text', async () => {
    const stopped = 'Error: The generator has stopped.';
    assert.deepEqual(await logOfSuggestions([null, null, null]), [stopped]);
    assert.deepEqual(await logOfSuggestions([null, '', null]), [
      stopped,
      'generated, 3.2 ms, 0 characters',
      stopped,
    ]);
  });
});
