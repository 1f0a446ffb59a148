/** Longer text written into the editor: from a selection or the cursor, and again with another seed. */
import * as vscode from 'vscode';
import type { GeneratorClient } from '../completion/generatorClient';
import { restOfWord, runsIntoWord } from '../completion/cursorPlace';
import { selectedBefore } from '../completion/textAroundCursor';
import type { GeneratorDocument, StopReason } from '../protocol/generatorProtocol';
import type { SamplingOptions } from '../model/samplingOptions';
import { GeneratedPlace } from './generatedPlace';
import { generatorDocument } from './generatorDocument';
import { withCancelButton } from './shownWork';
import { NewestWins } from './newestWins';
import { whySameSample } from './sameSample';
import { setContext } from './setContext';
import { StreamedInsertion } from './streamedInsertion';

const RUNNING_CONTEXT = 'understudy.generating';
const AGAIN_CONTEXT = 'understudy.canGenerateAnother';
const WRITE_FAILED = Symbol('the editor refused the text');

interface LastGeneration {
  readonly document: vscode.TextDocument;
  readonly place: GeneratedPlace;
  readonly seed: number | null;
}

export interface GeneratedText {
  readonly text: string;
  readonly stopReason: StopReason;
}

export class Generation implements vscode.Disposable {
  /** Generations must not overlap: what one writes would look to the other like typing by the user, which aborts it. */
  private readonly turns = new NewestWins();
  private last: LastGeneration | null = null;
  private readonly edits = vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
    if (this.last?.document === document) {
      this.last.place.edited(contentChanges, document.eol === vscode.EndOfLine.CRLF ? '\r\n' : '\n');
    }
  });

  constructor(private readonly generator: Pick<GeneratorClient, 'generate'>) {
    // The window keeps its context keys when the extension host starts again, so Escape would be ours until the next generation.
    void setContext(RUNNING_CONTEXT, false);
    void setContext(AGAIN_CONTEXT, false);
  }

  /**
   * Continues the selected text at its end; without a selection, continues the document at the cursor, or after the word that it is in.
   * @throws Error with a sentence for the user when the document is read-only, or no text came
   */
  async fromSelection(editor: vscode.TextEditor, sampling: SamplingOptions): Promise<GeneratedText> {
    return this.turns.run((abort) => {
      const { document, selection } = editor;
      const promptStart = () => (selection.isEmpty ? null : document.offsetAt(selection.start));
      const at = selection.isEmpty ? afterWord(document, selection.end) : selection.end;
      const prompt = promptOf(document, promptStart(), at);
      // Made when the text is written, as a save may shorten lines before it meanwhile.
      const place = () => new GeneratedPlace(promptStart(), document.offsetAt(at));
      return this.write(editor, place, prompt, new vscode.Range(at, at), sampling, abort);
    });
  }

  /**
   * Replaces the last generated text, or writes where it was taken back, with another sample; a fixed seed is incremented.
   * @throws Error with a sentence for the user when there is no such text any more, or no other came
   */
  async another(sampling: SamplingOptions): Promise<GeneratedText> {
    return this.turns.run((abort) => this.replaceLast(sampling, abort));
  }

  cancel(): void {
    this.turns.cancel();
  }

  dispose(): void {
    this.cancel();
    this.edits.dispose();
  }

  private async replaceLast(sampling: SamplingOptions, abort: AbortController): Promise<GeneratedText> {
    const { document } = this.replaceable().last;
    const whySame = whySameSample(vscode.l10n.t, sampling);
    if (whySame !== null) {
      throw new Error(whySame);
    }
    const editor =
      vscode.window.visibleTextEditors.find((visible) => visible.document === document) ??
      (await vscode.window.showTextDocument(document));
    // The text may have been changed while the editor was opened.
    const { last, promptStart, range } = this.replaceable();
    const seed = sampling.seed === null ? null : ((last.seed ?? sampling.seed) + 1) % 0x80000000;
    const prompt = promptOf(document, promptStart, range.start);
    return this.write(editor, () => last.place, prompt, range, { ...sampling, seed }, abort);
  }

  /** @throws Error with a sentence for the user when no generated text stands as it was written any more */
  private replaceable(): { last: LastGeneration; promptStart: number | null; range: vscode.Range } {
    const { last } = this;
    const standing = last?.document.isClosed === false ? last.place.standing(last.document.getText()) : null;
    if (last === null || standing === null) {
      throw new Error(
        vscode.l10n.t(
          'There is no generated text to replace: it has been changed since. Use Understudy: Generate from Selection first.',
        ),
      );
    }
    const { promptStart, start, end } = standing;
    const range = new vscode.Range(last.document.positionAt(start), last.document.positionAt(end));
    return { last, promptStart, range };
  }

  private async write(
    editor: vscode.TextEditor,
    placeWritten: () => GeneratedPlace,
    prompt: GeneratorDocument,
    replaced: vscode.Range,
    sampling: SamplingOptions,
    abort: AbortController,
  ): Promise<GeneratedText> {
    requireWritable(editor.document);
    // Created before the first await, so that no edit that shifts the place of the text goes unnoticed.
    const insertion = new StreamedInsertion(editor, replaced);
    insertion.onDidDisturb(() => {
      abort.abort();
    });
    try {
      await setContext(RUNNING_CONTEXT, true);
      const stopReason = await this.stream(prompt, sampling, abort, (part) => insertion.append(part));
      if (insertion.text === '' && !abort.signal.aborted) {
        throw new Error(
          vscode.l10n.t(
            'Nothing was generated, as the models expect the text to end here; select other text, or write a few words first.',
          ),
        );
      }
      if (insertion.text !== '' && runsIntoWord(generatorDocument(editor.document, insertion.end))) {
        // The text is there all the same.
        await insertion.append(' ').catch(() => undefined);
      }
      return { text: insertion.text, stopReason };
    } finally {
      // Where the generator has died, what came before is still being written.
      await insertion.finish();
      insertion.dispose();
      const { text } = insertion;
      if (text !== '') {
        const place = placeWritten();
        place.add(text);
        this.last = { document: editor.document, place, seed: sampling.seed };
      }
      await setContext(RUNNING_CONTEXT, false);
      await setContext(AGAIN_CONTEXT, this.last !== null);
    }
  }

  /**
   * Asks the generator, with a notification that can be cancelled.
   * @throws what `onPart` throws, unless the generation was aborted before
   */
  private async stream(
    prompt: GeneratorDocument,
    sampling: SamplingOptions,
    abort: AbortController,
    onPart: (part: string) => Promise<void>,
  ): Promise<StopReason> {
    const { signal } = abort;
    let written = Promise.resolve();
    const take = (part: string): void => {
      if (!signal.aborted) {
        written = onPart(part);
        // Text that cannot be written need not be generated either; the failure itself is reported below.
        written.catch(() => {
          abort.abort(WRITE_FAILED);
        });
      }
    };
    const response = await withCancelButton(
      vscode.l10n.t('Understudy is writing…'),
      () => {
        abort.abort();
      },
      async (progress) => {
        const answer = await this.generator.generate({ document: prompt, sampling }, take, signal);
        if (!signal.aborted) {
          // The notification goes away at once, but a screen reader, which says that it came and not that it goes, says this.
          progress.report({ message: vscode.l10n.t('the text is finished') });
        }
        return answer;
      },
    );
    await written.catch((error: unknown) => {
      if (signal.reason === WRITE_FAILED) {
        throw error;
      }
    });
    return response.stopReason;
  }
}

function afterWord(document: vscode.TextDocument, cursor: vscode.Position): vscode.Position {
  return cursor.translate(0, restOfWord(generatorDocument(document, cursor)).length);
}

/** @param start of the selected text; null for all text before the end */
function promptOf(
  document: vscode.TextDocument,
  start: number | null,
  end: vscode.Position,
): GeneratorDocument {
  const around = generatorDocument(document, end);
  return start === null
    ? around
    : selectedBefore(around, document.getText(new vscode.Range(document.positionAt(start), end)));
}

/** @throws Error with a sentence for the user */
function requireWritable({ uri }: vscode.TextDocument): void {
  if (vscode.workspace.fs.isWritableFileSystem(uri.scheme) === false) {
    throw new Error(
      vscode.l10n.t(
        '{0} is read-only, so no text can be generated in it; copy the text to another file first.',
        vscode.workspace.asRelativePath(uri),
      ),
    );
  }
}
