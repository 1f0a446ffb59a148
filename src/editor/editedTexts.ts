/**
 * Lets the live model know what stands in the editor: a text that is saved at once, and one that is not once the user turns to
 * another, or as soon as VS Code or an extension has written it behind that.
 */
import * as vscode from 'vscode';
import { isNotebook, textOfCells } from '../trainer/corpus/notebook';
import { MAX_FILE_BYTES } from '../trainer/corpus/scanFolders';
import { leftOutByText } from '../trainer/corpus/textRules';
import { reasonNotToLearn, type FilePlace } from './learnableFile';
import type { LiveFiles } from './liveFiles';
import { editedTexts, isUnsaved, placeOf, type EditedText } from './workspaceFiles';

/** Milliseconds without a change of the texts behind the one in front, after which they are learned. */
const STILL_FOR = 500;
/** Of untitled texts that an extension fills, as with a log: files of these kinds are left out as data. */
const DATA_LANGUAGES: readonly string[] = ['log', 'search-result'];

export class EditedTexts implements vscode.Disposable {
  /** Files of which unsaved text was learned, or that another program changed while they were unsaved, and untitled texts. */
  private readonly unsaved = new Set<string>();
  /** The text in front, which is learned when it is left. */
  private active: EditedText | undefined = vscode.window.activeTextEditor?.document;
  private activeNotebook: EditedText | undefined = vscode.window.activeNotebookEditor?.notebook;
  /** Texts that were changed behind it and are not learned yet. */
  private readonly changed = new Set<EditedText>();
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
    const changed = (edited: EditedText): void => {
      this.noteChanged(edited);
    };
    const closed = (edited: EditedText): void => {
      // VS Code also closes a text, and opens it again, to change its language.
      if (edited.isClosed) {
        this.drop(edited);
      }
    };
    this.disposable = vscode.Disposable.from(
      vscode.workspace.onDidSaveTextDocument((document) => {
        void this.learn(document);
      }),
      vscode.window.onDidChangeActiveTextEditor((editor) => {
        const left = this.active;
        this.active = editor?.document;
        void this.turnFrom(left);
      }),
      vscode.window.onDidChangeActiveNotebookEditor((editor) => {
        const left = this.activeNotebook;
        this.activeNotebook = editor?.notebook;
        void this.turnFrom(left);
      }),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        changed(document);
      }),
      vscode.workspace.onDidChangeNotebookDocument(({ notebook }) => {
        changed(notebook);
      }),
      vscode.workspace.onDidCloseTextDocument(closed),
      vscode.workspace.onDidCloseNotebookDocument(closed),
    );
  }

  /** Whether the text in the editor is newer than the file: it is learned when it is saved or left, and the file again if it is dropped. */
  isNewer(uri: string): boolean {
    const isNewer = editedTexts().some((edited) => isUnsaved(edited) && edited.uri.toString() === uri);
    if (isNewer) {
      this.unsaved.add(uri);
    }
    return isNewer;
  }

  /** Learns all that is not saved, such as what VS Code restores when a window opens. */
  learnUnsaved(): void {
    for (const edited of editedTexts().filter(isUnsaved)) {
      void this.learn(edited);
    }
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.disposable.dispose();
  }

  private async turnFrom(left: EditedText | undefined): Promise<void> {
    if (left?.isClosed === false) {
      await this.learnUnlessDropped(left);
    }
    // While the user stays in a text, what is shown there and typed along with stays as it is.
    this.files.forgetOutdated();
  }

  private noteChanged(edited: EditedText): void {
    // One that is as it was saved is no news, but where another text of it was learned.
    const isNews = isUnsaved(edited) || this.unsaved.has(edited.uri.toString());
    if (isNews && !this.isInFront(edited)) {
      this.changed.add(edited);
      clearTimeout(this.timer);
      this.timer = setTimeout(() => {
        this.learnChanged();
      }, STILL_FOR);
    }
  }

  private isInFront(edited: EditedText): boolean {
    return edited === this.active || edited === this.activeNotebook;
  }

  private learnChanged(): void {
    for (const edited of this.changed) {
      if (!edited.isClosed && !this.isInFront(edited)) {
        void this.learnUnlessDropped(edited);
      }
    }
    this.changed.clear();
  }

  /** A text that was unsaved and has been reverted may have no file any more, although it stands in the editor. */
  private async learnUnlessDropped(edited: EditedText): Promise<void> {
    if (isUnsaved(edited)) {
      await this.learn(edited);
    } else {
      this.drop(edited);
    }
  }

  /** What was not saved is gone; of an untitled text, that is all there was. */
  private drop({ uri, isUntitled }: EditedText): void {
    if (!this.unsaved.delete(uri.toString())) {
      return;
    }
    if (isUntitled) {
      void this.settle(this.files.forget([uri.toString()]));
    } else {
      this.onDropped(uri);
    }
  }

  private learn(edited: EditedText): Promise<void> {
    return this.settle(this.learnAsItIs(edited));
  }

  private async learnAsItIs(edited: EditedText): Promise<void> {
    const place = placeOfText(edited);
    if (!vscode.workspace.isTrusted || place === 'nowhere') {
      return;
    }
    const text = textOf(edited).slice(0, MAX_FILE_BYTES);
    const uri = edited.uri.toString();
    // Before any wait, in which the text may be closed.
    if (isUnsaved(edited)) {
      this.unsaved.add(uri);
    } else {
      this.unsaved.delete(uri);
    }
    const reason =
      place !== null
        ? await reasonNotToLearn(place, text, this.excludeGlobs())
        : 'languageId' in edited && DATA_LANGUAGES.includes(edited.languageId)
          ? 'data'
          : leftOutByText(uri, text);
    if (placeOfText(edited) === 'nowhere' || (edited.isUntitled && edited.isClosed)) {
      // Its folder has left the workspace meanwhile, with all that was known of it, or there is no such text any more.
      return;
    }
    await (reason === null ? this.files.learn({ uri, text, recent: true }) : this.files.forget([uri]));
  }
}

/** Where the file of a text lies, or will lie; null where that is not known yet, `nowhere` where it is no text of the workspace. */
function placeOfText(edited: EditedText): FilePlace | null | 'nowhere' {
  const { uri, isUntitled } = edited;
  if (isUntitled && !uri.path.startsWith('/')) {
    return null;
  }
  const place = placeOf(isUntitled ? uri.with({ scheme: 'file' }) : uri);
  // A Jupyter notebook may also be open as the JSON of its file, and notebooks of other kinds are learned as their files are.
  return place !== null && isNotebook(place.path) === 'getCells' in edited ? place : 'nowhere';
}

function textOf(edited: EditedText): string {
  return 'getCells' in edited
    ? textOfCells(edited.getCells().map(({ document }) => document.getText()))
    : edited.getText().replaceAll('\r\n', '\n');
}
