import * as vscode from 'vscode';

/** Keeps the end of a text that grows in an editor in view, until the user scrolls away from it. */
export class FollowedText implements vscode.Disposable {
  private top: number;
  private isFollowing = true;
  private readonly disposable: vscode.Disposable;

  /** @param end is brought into view */
  constructor(
    private readonly editor: vscode.TextEditor,
    private end: vscode.Position,
  ) {
    this.top = topOf(editor.visibleRanges);
    this.disposable = vscode.window.onDidChangeTextEditorVisibleRanges(({ textEditor, visibleRanges }) => {
      if (textEditor === editor) {
        this.scrolled(visibleRanges);
      }
    });
    this.reveal(vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  }

  grownTo(end: vscode.Position): void {
    this.end = end;
    // A needless one could undo a scrolling of which this extension has yet to hear.
    if (this.isFollowing && !this.isVisibleIn(this.editor.visibleRanges)) {
      this.reveal(vscode.TextEditorRevealType.Default);
    }
  }

  dispose(): void {
    this.disposable.dispose();
  }

  private reveal(type: vscode.TextEditorRevealType): void {
    this.editor.revealRange(new vscode.Range(this.end, this.end), type);
  }

  private isVisibleIn(visible: readonly vscode.Range[]): boolean {
    return visible.some((range) => range.contains(this.end));
  }

  /** A text that has just grown ends below what is visible, too, but only a user scrolls up from there, or further down. */
  private scrolled(visible: readonly vscode.Range[]): void {
    const top = topOf(visible);
    if (!this.isVisibleIn(visible) && (top < this.top || top > this.end.line)) {
      this.isFollowing = false;
    }
    this.top = top;
  }
}

const topOf = (visible: readonly vscode.Range[]): number => visible.at(0)?.start.line ?? 0;
