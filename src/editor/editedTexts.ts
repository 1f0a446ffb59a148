/**
 * Lets the live model know what stands in the editor: a text that is saved at once, and one that is not once the user turns to
 * another, or as soon as VS Code or an extension has written it behind that.
 */
import * as vscode from 'vscode';
import { isNotebook } from '../trainer/corpus/notebook';
import { MAX_FILE_BYTES } from '../trainer/corpus/scanFolders';
import { reasonNotToLearn } from './learnableFile';
import type { LiveFiles } from './liveFiles';
import { isUnsaved, placeOf } from './workspaceFiles';

/** Milliseconds without a change of the texts behind the one in front, after which they are learned. */
const STILL_FOR = 500;

export class EditedTexts implements vscode.Disposable {
  /** Files of which unsaved text was learned, or that another program changed while they were unsaved. */
  private readonly unsaved = new Set<string>();
  /** The text in front, which is learned when it is left. */
  private active = vscode.window.activeTextEditor?.document;
  /** Texts that were changed behind it and are not learned yet. */
  private readonly changed = new Set<vscode.TextDocument>();
  private timer: NodeJS.Timeout | undefined;
  private readonly disposable: vscode.Disposable;

  /**
   * @param onDropped called when the user has dropped what was not saved, so that the file's own text is to be learned
   * @param settle waits for work, and logs its failure
   */
  constructor(
    private readonly files: Pick<LiveFiles, 'learn' | 'forget' | 'forgetOutdated'>,
    private readonly excludeGlobs: () => readonly string[],
    private readonly onDropped: (uri: vscode.Uri) => void,
    private readonly settle: (work: Promise<unknown>) => Promise<void>,
  ) {
    this.disposable = vscode.Disposable.from(
      vscode.workspace.onDidSaveTextDocument((document) => {
        void this.learn(document);
      }),
      vscode.window.onDidChangeActiveTextEditor((editor) => {
        const left = this.active;
        this.active = editor?.document;
        void this.turnFrom(left);
      }),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        // One that is as it was saved is no news, but where another text of it was learned.
        const isNews = document.isDirty || this.unsaved.has(document.uri.toString());
        if (isNews && document !== this.active) {
          this.changed.add(document);
          clearTimeout(this.timer);
          this.timer = setTimeout(() => {
            this.learnChanged();
          }, STILL_FOR);
        }
      }),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        if (this.unsaved.delete(uri.toString())) {
          this.onDropped(uri);
        }
      }),
    );
  }

  /** Whether the text in the editor is newer than the file: it is learned when it is saved or left, and the file again if it is dropped. */
  isNewer(uri: string): boolean {
    const isNewer = isUnsaved(uri);
    if (isNewer) {
      this.unsaved.add(uri);
    }
    return isNewer;
  }

  /** Learns all that is not saved, such as what VS Code restores when a window opens. */
  learnUnsaved(): void {
    for (const document of vscode.workspace.textDocuments.filter(({ isDirty }) => isDirty)) {
      void this.learn(document);
    }
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.disposable.dispose();
  }

  private async turnFrom(left: vscode.TextDocument | undefined): Promise<void> {
    if (left?.isClosed === false) {
      await this.learnUnlessDropped(left);
    }
    // While the user stays in a text, what is shown there and typed along with stays as it is.
    this.files.forgetOutdated();
  }

  private learnChanged(): void {
    for (const document of this.changed) {
      if (!document.isClosed && document !== this.active) {
        void this.learnUnlessDropped(document);
      }
    }
    this.changed.clear();
  }

  /** A text that was unsaved and has been reverted may have no file any more, although it stands in the editor. */
  private async learnUnlessDropped(document: vscode.TextDocument): Promise<void> {
    if (document.isDirty) {
      await this.learn(document);
    } else if (this.unsaved.delete(document.uri.toString())) {
      this.onDropped(document.uri);
    }
  }

  private learn(document: vscode.TextDocument): Promise<void> {
    return this.settle(this.learnAsItIs(document));
  }

  private async learnAsItIs(document: vscode.TextDocument): Promise<void> {
    const place = placeOf(document.uri);
    // A notebook is opened as JSON here; as a notebook it has cells for documents, and the change of its file is noticed.
    if (!vscode.workspace.isTrusted || place === null || isNotebook(place.path)) {
      return;
    }
    const text = document.getText().slice(0, MAX_FILE_BYTES).replaceAll('\r\n', '\n');
    const uri = document.uri.toString();
    // Before any wait, in which the document may be closed.
    if (document.isDirty) {
      this.unsaved.add(uri);
    } else {
      this.unsaved.delete(uri);
    }
    const reason = await reasonNotToLearn(place, text, this.excludeGlobs());
    if (placeOf(document.uri) === null) {
      // Its folder has left the workspace meanwhile, with all that was known of it.
      return;
    }
    await (reason === null ? this.files.learn({ uri, text, recent: true }) : this.files.forget([uri]));
  }
}
