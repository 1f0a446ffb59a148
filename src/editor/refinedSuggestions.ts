/** Shows in the editor the suggestion as a slow model has refined it, if the cursor has not moved meanwhile. */
import * as vscode from 'vscode';
import type { GeneratorClient } from '../completion/generatorClient';
import { placeOfCursor } from './inlineCompletionProvider';
import { SuggestionRefiner } from '../completion/suggestionRefiner';
import { asError } from '../protocol/asError';
import { commitBox } from './commitBox';
import type { SuggestionWatch } from './suggestionWatch';

export class RefinedSuggestions implements vscode.Disposable {
  readonly refiner: SuggestionRefiner;
  private readonly disposable: vscode.Disposable;

  constructor(
    generator: Pick<GeneratorClient, 'refine' | 'adopt'>,
    watch: Pick<SuggestionWatch, 'askAgain'>,
    log: vscode.LogOutputChannel,
  ) {
    this.refiner = new SuggestionRefiner(generator, {
      onRefined: (place, refinement) => {
        log.trace(`The suggestion is ${refinement} with the language model's help.`);
        if (place === placeNow() || isInCommitBox(place)) {
          // `showNext` asks only while ghost text is visible, so that a suggestion dismissed with Escape does not come back.
          void watch.askAgain(refinement === 'first' ? 'trigger' : 'showNext');
        }
      },
      onError: (error) => {
        log.error(asError(error));
      },
    });
    const follow = (): void => {
      this.refiner.moveTo(placeNow());
    };
    this.disposable = vscode.Disposable.from(
      vscode.window.onDidChangeActiveTextEditor(follow),
      vscode.window.onDidChangeTextEditorSelection(follow),
    );
  }

  dispose(): void {
    this.refiner.turn(() => false);
    this.disposable.dispose();
  }
}

/** The place of the active editor's cursor; null when there is no single cursor, or text is selected. */
function placeNow(): string | null {
  const editor = vscode.window.activeTextEditor;
  return editor?.selections.length === 1 && editor.selection.isEmpty
    ? placeOfCursor(editor.document, editor.selection.active)
    : null;
}

/** Whether a place is in a commit message box that still has the same text; where its cursor is, VS Code does not tell. */
function isInCommitBox(place: string): boolean {
  const [uri, version] = place.split(' ');
  return commitBox(uri)?.version === Number(version);
}
