/**
 * Writes a text into a document piece by piece, as one undo step. Only a save, or a key that moves the cursor, in between starts
 * another step, as VS Code does for every edit; in a browser, VS Code saves by itself when nothing was written for a second.
 */
import * as vscode from 'vscode';
import { FollowedText } from './followedText';
import { placeAfter } from './placeAfter';

export class StreamedInsertion implements vscode.Disposable {
  private writtenTo: vscode.Position;
  private pieces = Promise.resolve();
  /** Text that arrived during an edit; the next edit writes all of it, so that the document never lags by more than one edit. */
  private unwritten = '';
  private written = '';
  private first = true;
  /** Where the document's last line break was added since the last edit here, by a save or by Enter, which alone leaves the cursor behind it. */
  private lastBreak: vscode.Position | null = null;
  private isDisturbed = false;
  /** The edit under way, by which its change event is told from those of other edits. */
  private pending: { readonly start: vscode.Position; readonly text: string } | null = null;
  private readonly disturbed = new vscode.EventEmitter<void>();
  /**
   * Fires when anything but this insertion, or VS Code as it saves, edits the document, or its editor is no longer visible. Nothing is
   * written afterwards.
   */
  readonly onDidDisturb = this.disturbed.event;
  private readonly view: FollowedText;
  private readonly disposable: vscode.Disposable;

  /** @param replaced the range that the insertion replaces, in the same undo step; empty to insert */
  constructor(
    private readonly editor: vscode.TextEditor,
    private readonly replaced: vscode.Range,
  ) {
    this.writtenTo = replaced.start;
    this.view = new FollowedText(editor, this.writtenTo);
    this.disposable = vscode.Disposable.from(
      this.disturbed,
      this.view,
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (
          document === editor.document &&
          !this.isOwn(contentChanges) &&
          !contentChanges.every((change) => this.isOfSave(change))
        ) {
          this.disturb();
        }
      }),
      vscode.window.onDidChangeVisibleTextEditors((editors) => {
        if (!editors.includes(editor)) {
          this.disturb();
        }
      }),
    );
  }

  /** What has been written so far; it lacks what came too late to be written. */
  get text(): string {
    return this.written;
  }

  /** Where that ends. */
  get end(): vscode.Position {
    return this.writtenTo;
  }

  /** @throws Error when the document cannot be edited */
  append(text: string): Promise<void> {
    this.unwritten += text;
    this.pieces = this.pieces.then(() => (this.unwritten === '' ? undefined : this.write(false)));
    return this.pieces;
  }

  /** Ends the undo step. Never rejects, as {@link append} has done so where a part could not be written. */
  async finish(): Promise<void> {
    await this.pieces.then(() => (this.first ? undefined : this.write(true))).catch(() => undefined);
  }

  dispose(): void {
    this.disposable.dispose();
  }

  private disturb(): void {
    this.isDisturbed = true;
    this.disturbed.fire();
  }

  private async write(last: boolean): Promise<void> {
    if (this.isDisturbed) {
      return;
    }
    if (this.lastBreak?.isBefore(this.editor.selection.active) === true) {
      this.disturb();
      return;
    }
    const { first, end, unwritten: text } = this;
    const { document, selection } = this.editor;
    const { version } = document;
    this.unwritten = '';
    this.lastBreak = null;
    this.pending = { start: end, text };
    try {
      const done = await this.editor.edit(
        (edit) => {
          if (first && !this.replaced.isEmpty) {
            edit.replace(this.replaced, text);
          } else {
            edit.insert(end, text);
          }
        },
        { undoStopBefore: first, undoStopAfter: last },
      );
      if (!done && document.version !== version) {
        // Another edit came in between.
        this.unwritten = text + this.unwritten;
        await this.write(last);
        return;
      }
      // In an editor that the user made read-only, VS Code reports success although nothing changed.
      if (!done || (text !== '' && document.version === version)) {
        throw new Error(
          vscode.l10n.t('The text could not be written into {0}; it may be read-only.', this.name()),
        );
      }
    } finally {
      this.pending = null;
    }
    this.first = false;
    this.written += text;
    const after = placeAfter(end, text);
    this.writtenTo = new vscode.Position(after.line, after.character);
    // VS Code extends a selection over text inserted at its end, so the next key would replace both.
    if (first && !selection.isEmpty && selection.end.isEqual(end)) {
      this.editor.selection = new vscode.Selection(this.end, this.end);
    }
    this.view.grownTo(this.end);
  }

  private isOwn(changes: readonly vscode.TextDocumentContentChangeEvent[]): boolean {
    const [change] = changes;
    return (
      changes.length === 1 &&
      this.pending !== null &&
      change.range.start.isEqual(this.pending.start) &&
      change.text.replaceAll('\r\n', '\n') === this.pending.text
    );
  }

  /** Whether it takes from the end of a line before or after this text, or adds the document's last line break, and so moves nothing here. */
  private isOfSave({ range, text }: vscode.TextDocumentContentChangeEvent): boolean {
    const { document } = this.editor;
    const { start, isEmpty, isSingleLine } = range;
    const firstLine = this.replaced.start.line;
    const lastLine = this.first ? this.replaced.end.line : this.writtenTo.line;
    if (text === '') {
      const isOutside = start.line > lastLine || (isSingleLine && start.line < firstLine);
      return isOutside && document.lineAt(start).range.end.isEqual(start);
    }
    const { end } = document.lineAt(document.lineCount - 1).range;
    const isLastBreak =
      isEmpty &&
      /^\r?\n$/.test(text) &&
      start.line >= lastLine &&
      end.isEqual(new vscode.Position(start.line + 1, 0));
    this.lastBreak = isLastBreak ? start : null;
    return isLastBreak;
  }

  private name(): string {
    return vscode.workspace.asRelativePath(this.editor.document.uri);
  }
}
