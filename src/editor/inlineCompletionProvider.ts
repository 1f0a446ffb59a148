/**
 * Ghost text for every language, prose and code.
 *
 * VS Code waits 50 ms after a key, asks, and drops an answer whose document has changed meanwhile; the generator caches
 * late answers, so nothing waits here. Only proposed API reports what became of a suggestion: here the item's command
 * reports a whole acceptance, and the rest is inferred by {@link SuggestionWatch}.
 */
import * as vscode from 'vscode';
import { apartFromNextWord } from '../completion/cursorPlace';
import type { GeneratorClient } from '../completion/generatorClient';
import type { SuggestionLearning } from '../completion/suggestionLearning';
import { placeOf, type SuggestionRefiner } from '../completion/suggestionRefiner';
import { asError } from '../protocol/asError';
import type { CompletedResponse, CompletionQuestion } from '../protocol/generatorProtocol';
import { CELL_SCHEME, generatorDocument } from './generatorDocument';
import type { SuggestionWatch } from './suggestionWatch';

export interface CompletionSettings extends Required<
  Pick<CompletionQuestion, 'eagerness' | 'multiline' | 'midLineInCode' | 'maxNewTokens'>
> {
  readonly enabled: boolean;
}

/** Why the generator was not asked, or its answer not shown. */
export type SilentReason =
  'off' | 'emptyDocument' | 'multipleCursors' | 'readOnly' | 'composing' | 'suggestWidget' | 'failed';

/** What became of the last request; answers *Why No Suggestion?*. */
export type CompletionOutcome =
  | { readonly kind: 'silent'; readonly reason: SilentReason; readonly languageId: string }
  | { readonly kind: 'answered'; readonly response: CompletedResponse };

/** Run by VS Code with the text when a whole suggestion is accepted; registered by the extension, not offered to users. */
export const ACCEPTED_COMMAND = 'understudy.suggestionAccepted';

/** Of texts that the user writes, although VS Code may know no file system of that name here. */
const KNOWN_SCHEMES: readonly string[] = [
  'file',
  'untitled',
  'vscode-remote',
  CELL_SCHEME,
  // The commit message box.
  'vscode-scm',
  // The box of a comment on a line, such as in a review.
  'comment',
  'vscode-vfs',
];

/** Any text, since other extensions provide file systems. VS Code asks first whose selector names the scheme. */
export const GHOST_TEXT_SELECTOR: vscode.DocumentSelector = [...KNOWN_SCHEMES, '*'].map((scheme) => ({
  scheme,
}));

/** Whether a text is one that the user writes, and not the output, say, or the input of a chat. */
export function takesGhostText({ uri: { scheme } }: vscode.TextDocument): boolean {
  return KNOWN_SCHEMES.includes(scheme) || vscode.workspace.fs.isWritableFileSystem(scheme) === true;
}

export class InlineCompletionProvider implements vscode.InlineCompletionItemProvider {
  /** The message of the last request's failure; null once one is answered. */
  private lastFailure: string | null = null;

  constructor(
    private readonly generator: Pick<GeneratorClient, 'complete'>,
    private readonly settingsFor: (document: vscode.TextDocument) => CompletionSettings,
    private readonly watch: Pick<
      SuggestionWatch,
      'isComposing' | 'insertedBefore' | 'isAskingAgain' | 'offered' | 'settled'
    >,
    private readonly learning: Pick<SuggestionLearning, 'lessonsFor' | 'shown'>,
    private readonly refiner: Pick<SuggestionRefiner, 'consider'>,
    private readonly log: Pick<vscode.LogOutputChannel, 'trace' | 'error'>,
  ) {}

  async provideInlineCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
    context: vscode.InlineCompletionContext,
    token: vscode.CancellationToken,
  ): Promise<vscode.InlineCompletionItem[]> {
    if (!takesGhostText(document)) {
      return [];
    }
    const { enabled, ...wishes } = this.settingsFor(document);
    const silent = enabled ? this.reasonForSilence(document) : 'off';
    if (silent !== null) {
      this.silence(silent, document);
      return [];
    }
    const around = apartFromNextWord(
      generatorDocument(document, position),
      this.watch.insertedBefore(document, position),
    );
    if (around.prefix === '' && around.suffix === '') {
      this.silence('emptyDocument', document);
      return [];
    }
    const abort = new AbortController();
    const subscription = token.onCancellationRequested(() => {
      abort.abort();
    });
    const question = { ...this.learning.lessonsFor(around), document: around, ...wishes };
    const isInvoked =
      context.triggerKind === vscode.InlineCompletionTriggerKind.Invoke && !this.watch.isAskingAgain();
    const place = placeOfCursor(document, position);
    const asked = performance.now();
    try {
      const response = await this.generator.complete({ ...question, isInvoked }, abort.signal);
      this.lastFailure = null;
      if (token.isCancellationRequested) {
        return [];
      }
      this.log.trace(
        `${response.isTypedAlong === true ? 'typed along' : 'new'}, ${(performance.now() - asked).toFixed(1)} ms, ${response.insertText.length} characters`,
      );
      const items = this.show(document, position, context, response);
      if (response.insertText !== '' && items !== null && response.isAsked !== true) {
        this.learning.shown(around, response.insertText, response.confidence);
      }
      if (items !== null) {
        this.refiner.consider(place, question, response);
      }
      return items ?? [];
    } catch (error) {
      if (!token.isCancellationRequested) {
        this.logFailure(asError(error));
        this.silence('failed', document);
      }
      return [];
    } finally {
      subscription.dispose();
    }
  }

  /** Null when VS Code would not show the suggestion. */
  private show(
    document: vscode.TextDocument,
    position: vscode.Position,
    context: vscode.InlineCompletionContext,
    response: CompletedResponse,
  ): vscode.InlineCompletionItem[] | null {
    const { insertText, alternatives = [] } = response;
    if (insertText !== '' && !extendsSelectedCompletion(document, position, context, insertText)) {
      this.silence('suggestWidget', document);
      return null;
    }
    this.watch.settled(document, { kind: 'answered', response });
    if (insertText === '') {
      return [];
    }
    const others = alternatives
      .map((alternative) => alternative.insertText)
      .filter((text) => extendsSelectedCompletion(document, position, context, text));
    const texts = [insertText, ...others];
    this.watch.offered(document, position, texts);
    return texts.map((text) => {
      const item = new vscode.InlineCompletionItem(text, new vscode.Range(position, position));
      item.command = { command: ACCEPTED_COMMAND, title: '', arguments: [text] };
      return item;
    });
  }

  private reasonForSilence(document: vscode.TextDocument): SilentReason | null {
    if (vscode.workspace.fs.isWritableFileSystem(document.uri.scheme) === false) {
      return 'readOnly';
    }
    const editor = vscode.window.activeTextEditor;
    if (editor?.document === document && editor.selections.length > 1) {
      return 'multipleCursors';
    }
    return this.watch.isComposing(document) ? 'composing' : null;
  }

  /** Once where it goes on, as every key asks. */
  private logFailure(error: Error): void {
    if (error.message !== this.lastFailure) {
      this.log.error(error);
    }
    this.lastFailure = error.message;
  }

  private silence(reason: SilentReason, document: vscode.TextDocument): void {
    this.watch.settled(document, { kind: 'silent', reason, languageId: document.languageId });
  }
}

/** While the suggest widget has an item selected, VS Code shows only what starts with that item. */
function extendsSelectedCompletion(
  document: vscode.TextDocument,
  position: vscode.Position,
  { selectedCompletionInfo: selected }: vscode.InlineCompletionContext,
  insertText: string,
): boolean {
  if (selected === undefined) {
    return true;
  }
  const typed = document.getText(new vscode.Range(selected.range.start, position));
  return (typed + insertText).startsWith(selected.text);
}

/** Identifies the cursor's position in this version of the document. */
export function placeOfCursor(document: vscode.TextDocument, position: vscode.Position): string {
  return placeOf(document.uri.toString(), document.version, document.offsetAt(position));
}
