/** Follows what is suggested and typed: keeps the last outcome, the tally and the guess about input methods. */
import * as vscode from 'vscode';
import { asError } from '../protocol/asError';
import { CompositionGuess } from './compositionGuess';
import { ACCEPTED_COMMAND, type CompletionOutcome } from './inlineCompletionProvider';
import { InsertedRun } from './insertedRun';
import { mendCursor } from './mendCursor';
import { setContext } from './setContext';
import { SuggestionTally, type Suggestion } from './suggestionTally';

/** Set while a suggestion of ours may be shown, so that our command takes the key: VS Code's own may take only the space before a word. */
const TAKES_WORD_CONTEXT = 'understudy.takesWord';
/** Set while our command takes a word: an emoji hides the suggestion until VS Code has asked again, and the key would move the cursor. */
const TAKING_CONTEXT = 'understudy.takingWord';

export class SuggestionWatch implements vscode.Disposable {
  readonly tally = new SuggestionTally();
  /** The last request since the active text came to the front, perhaps from a box beside it; null when there was none. */
  lastRequest: { readonly document: vscode.TextDocument; readonly outcome: CompletionOutcome } | null = null;
  /** Whole suggestions that VS Code has accepted. */
  acceptances = 0;
  private readonly composition = new CompositionGuess();
  private readonly inserted = new InsertedRun();
  private takesWord = false;
  /** Words that our command is taking. */
  private taking = 0;
  /** Commands of ours under way that make VS Code ask. */
  private askingAgain = 0;
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly wordTaken = new vscode.EventEmitter<void>();
  /** Fires when part of the shown suggestion is accepted, perhaps twice for one acceptance. */
  readonly onDidTakeWord = this.wordTaken.event;
  readonly onDidChange = this.changed.event;
  private readonly disposable: vscode.Disposable;

  constructor(private readonly log: Pick<vscode.LogOutputChannel, 'debug'>) {
    // The window keeps its context keys when the extension host starts again.
    for (const key of [TAKES_WORD_CONTEXT, TAKING_CONTEXT]) {
      void setContext(key, false);
    }
    this.disposable = vscode.Disposable.from(
      this.changed,
      this.wordTaken,
      vscode.commands.registerCommand(ACCEPTED_COMMAND, (text: string) => {
        this.acceptances++;
        const accepted = this.tally.acceptedWhole(text);
        if (accepted !== null) {
          // VS Code writes what was typed since the offer once more, which looks like a step of an input method.
          this.composition.closed(accepted.uri);
        }
        this.changed.fire();
        if (mendCursor(vscode.window.activeTextEditor, accepted)) {
          void this.askAgain('trigger');
        }
      }),
      vscode.workspace.onDidChangeTextDocument((event) => {
        this.edited(event);
      }),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        this.composition.closed(uri.toString());
        this.inserted.closed(uri.toString());
      }),
      vscode.window.onDidChangeActiveTextEditor((editor) => {
        // When a panel comes to the front, the user may still ask about the text behind it.
        if (editor !== undefined) {
          this.lastRequest = null;
        }
        this.tally.dropped();
        this.followShown();
      }),
    );
  }

  /** Whether the last change of the document looks like a step of an input method. */
  isComposing(document: vscode.TextDocument): boolean {
    return this.composition.isComposing(document.uri.toString());
  }

  /** UTF-16 units of the text before this position that was inserted there in one go; 0 for none. */
  insertedBefore(document: vscode.TextDocument, position: vscode.Position): number {
    return this.inserted.lengthBefore(document.uri.toString(), document.offsetAt(position));
  }

  /** Makes VS Code ask for ghost text again. Settles after it has; never rejects. */
  async askAgain(command: 'trigger' | 'showNext', ...options: readonly unknown[]): Promise<void> {
    this.askingAgain++;
    try {
      await vscode.commands.executeCommand(`editor.action.inlineSuggest.${command}`, ...options);
    } catch (error) {
      // The editor may have been closed meanwhile; in another one VS Code asks at the next key.
      this.log.debug(`VS Code did not ask again. ${asError(error).message}`);
    } finally {
      this.askingAgain--;
    }
  }

  /**
   * Makes VS Code ask as it does at a key, after a change of the text. What {@link askAgain} has asked for at a place also serves
   * all later commands there, so that the user's own request or a refined suggestion would come to nothing.
   */
  async askAsAtKey(): Promise<void> {
    // VS Code 1.100, the oldest supported, ignores this option.
    await this.askAgain('trigger', { explicit: false });
  }

  /** Whether VS Code asks now because the extension itself has run its command, rather than the user. */
  isAskingAgain(): boolean {
    return this.askingAgain > 0;
  }

  /** Notes what is shown first, and what the user may turn to. */
  offered(
    document: vscode.TextDocument,
    position: vscode.Position,
    [text, ...others]: readonly string[],
  ): void {
    const { line, character } = position;
    this.tally.offered({ uri: document.uri.toString(), line, character, text }, others.length > 0);
    this.followShown();
    this.changed.fire();
  }

  settled(document: vscode.TextDocument, outcome: CompletionOutcome): void {
    this.lastRequest = { document, outcome };
    if (outcome.kind === 'silent' || outcome.response.insertText === '') {
      this.tally.dropped();
      this.followShown();
    }
  }

  /** Notes that the extension's own command accepted a word; one of a single character would pass for a typed one. */
  tookWord(): void {
    this.wordTaken.fire();
  }

  /**
   * Leaves the key to our command until it has taken its word, as its own steps change what is shown: a key pressed meanwhile
   * would run VS Code's command in between.
   */
  async keepKeyUntil(taken: Promise<unknown>): Promise<void> {
    this.taking++;
    void setContext(TAKING_CONTEXT, true);
    try {
      await taken;
    } finally {
      this.taking--;
      void setContext(TAKING_CONTEXT, this.taking > 0);
      this.followShown();
    }
  }

  /** The suggestion shown at the cursor of an editor, as far as is known. */
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

  private edited({ document, contentChanges, reason }: vscode.TextDocumentChangeEvent): void {
    if (contentChanges.length === 0) {
      return;
    }
    const uri = document.uri.toString();
    this.composition.changed(uri, contentChanges, reason !== undefined);
    this.inserted.changed(uri, contentChanges);
    const [change] = contentChanges;
    if (contentChanges.length === 1 && change.rangeLength === 0) {
      const { line, character } = change.range.start;
      if (this.tally.inserted(uri, line, character, change.text)) {
        this.wordTaken.fire();
      }
    } else {
      this.tally.edited(uri);
    }
    if (this.tally.place !== null) {
      // Otherwise VS Code may still show an earlier answer than the last, as the user types along with it; it asks next.
      this.followShown();
    }
  }

  private followShown(): void {
    const takesWord = this.taking > 0 || this.tally.place !== null;
    if (takesWord !== this.takesWord) {
      this.takesWord = takesWord;
      void setContext(TAKES_WORD_CONTEXT, takesWord);
    }
  }
}
