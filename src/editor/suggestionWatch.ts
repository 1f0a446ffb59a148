/** Follows what is suggested and typed: the last outcome, the tally, the guess about input methods. */
import * as vscode from 'vscode';
import {
  ACCEPTED_COMMAND,
  type CompletionOutcome,
  type SuggestionListener,
} from '../completion/inlineCompletionProvider';
import { CompositionGuess } from './compositionGuess';
import { startsUnspaced } from './firstWord';
import { SuggestionTally, type Suggestion } from './suggestionTally';

/** Set while the suggestion shown starts in a script without spaces, so that the accept-word key is ours. */
const UNSPACED_CONTEXT = 'understudy.unspacedSuggestion';

export class SuggestionWatch implements SuggestionListener, vscode.Disposable {
  readonly tally = new SuggestionTally();
  /** Since the text in front was shown; null where nothing was asked for there. */
  lastOutcome: CompletionOutcome | null = null;
  private readonly composition = new CompositionGuess();
  private unspaced = false;
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly wordTaken = new vscode.EventEmitter<void>();
  /** Part of the suggestion shown was accepted; it may be told of twice. */
  readonly onDidTakeWord = this.wordTaken.event;
  readonly onDidChange = this.changed.event;
  private readonly disposable: vscode.Disposable;

  constructor() {
    this.disposable = vscode.Disposable.from(
      this.changed,
      this.wordTaken,
      vscode.commands.registerCommand(ACCEPTED_COMMAND, () => {
        this.tally.acceptedWhole();
        this.changed.fire();
      }),
      vscode.workspace.onDidChangeTextDocument((event) => {
        this.edited(event);
      }),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        this.composition.closed(uri.toString());
      }),
      vscode.window.onDidChangeActiveTextEditor((editor) => {
        // A panel in front is no text, and the one behind it is still asked about.
        if (editor !== undefined) {
          this.lastOutcome = null;
        }
        this.tally.dropped();
        this.setUnspaced(false);
      }),
    );
  }

  isComposing(document: vscode.TextDocument): boolean {
    return this.composition.isComposing(document.uri.toString());
  }

  offered(document: vscode.TextDocument, position: vscode.Position, insertText: string): void {
    this.tally.offered({
      uri: document.uri.toString(),
      line: position.line,
      character: position.character,
      text: insertText,
    });
    this.setUnspaced(startsUnspaced(insertText));
    this.changed.fire();
  }

  settled(outcome: CompletionOutcome): void {
    this.lastOutcome = outcome;
  }

  /** A word is accepted by the extension's own command, perhaps one of a single character, which looks like a typed one. */
  tookWord(): void {
    this.wordTaken.fire();
  }

  /** The suggestion that is shown at the cursor of an editor, as far as can be told. */
  suggestionAt(editor: vscode.TextEditor): Suggestion | null {
    const suggestion = this.tally.current;
    const { line, character } = editor.selection.active;
    return suggestion?.uri === editor.document.uri.toString() &&
      suggestion.line === line &&
      suggestion.character === character
      ? suggestion
      : null;
  }

  dispose(): void {
    this.disposable.dispose();
  }

  private edited({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    if (contentChanges.length === 0) {
      return;
    }
    const uri = document.uri.toString();
    this.composition.changed(
      uri,
      contentChanges.map(({ rangeOffset, rangeLength, text }) => ({
        offset: rangeOffset,
        replacedLength: rangeLength,
        text,
      })),
    );
    const [change] = contentChanges;
    if (contentChanges.length === 1 && change.rangeLength === 0) {
      const { line, character } = change.range.start;
      if (this.tally.inserted(uri, line, character, change.text)) {
        this.wordTaken.fire();
      }
    } else {
      this.tally.edited(uri);
    }
    this.setUnspaced(this.unspaced && this.tally.current !== null);
  }

  private setUnspaced(unspaced: boolean): void {
    if (unspaced !== this.unspaced) {
      this.unspaced = unspaced;
      void vscode.commands.executeCommand('setContext', UNSPACED_CONTEXT, unspaced);
    }
  }
}
