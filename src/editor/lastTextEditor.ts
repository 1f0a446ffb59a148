import * as vscode from 'vscode';

/** The text editor that the user worked in last, while the settings panel, the output or another view may have the focus. */
export class LastTextEditor implements vscode.Disposable {
  private last: vscode.TextEditor | undefined;
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly subscription: vscode.Disposable;
  /** Fires when the user turns to a text, the same as before or another. */
  readonly onDidChange = this.changed.event;

  constructor() {
    // The settings panel may have the focus when the extension host starts.
    const { activeTextEditor, visibleTextEditors } = vscode.window;
    this.note(activeTextEditor ?? visibleTextEditors.find(isText));
    this.subscription = vscode.window.onDidChangeActiveTextEditor((editor) => {
      this.note(editor);
    });
  }

  /** Also when it is not visible any more. */
  get current(): vscode.TextEditor | undefined {
    return this.last;
  }

  get visible(): vscode.TextEditor | undefined {
    return vscode.window.visibleTextEditors.find((editor) => editor === this.last);
  }

  dispose(): void {
    this.subscription.dispose();
    this.changed.dispose();
  }

  private note(editor: vscode.TextEditor | undefined): void {
    if (editor !== undefined && isText(editor)) {
      this.last = editor;
      this.changed.fire();
    }
  }
}

/** VS Code's output is a text editor, too. */
const isText = ({ document }: vscode.TextEditor): boolean => document.uri.scheme !== 'output';
