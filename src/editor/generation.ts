/** Longer text written into the editor: from a selection or the cursor, and again with another seed. */
import * as vscode from 'vscode';
import { generatorDocument } from '../completion/inlineCompletionProvider';
import type { GeneratorClient } from '../completion/generatorClient';
import type { GeneratorDocument, StopReason } from '../protocol/generatorProtocol';
import type { SamplingOptions } from '../model/samplingOptions';
import { asError } from './asError';
import { StreamedInsertion } from './streamedInsertion';

const RUNNING_CONTEXT = 'understudy.generating';
const AGAIN_CONTEXT = 'understudy.canGenerateAnother';

interface LastGeneration {
  readonly editor: vscode.TextEditor;
  readonly prompt: GeneratorDocument;
  readonly range: vscode.Range;
  readonly text: string;
  readonly seed: number | null;
}

export interface GeneratedText {
  readonly text: string;
  readonly stopReason: StopReason;
}

export class Generation implements vscode.Disposable {
  private running: AbortController | null = null;
  private last: LastGeneration | null = null;

  constructor(private readonly generator: Pick<GeneratorClient, 'generate'>) {}

  /**
   * Continues the selected text, after it; without a selection, the document at the cursor.
   * @throws Error with a sentence for the user when the document is read-only
   */
  async fromSelection(editor: vscode.TextEditor, sampling: SamplingOptions): Promise<GeneratedText> {
    const { document, selection } = editor;
    const around = generatorDocument(document, selection.end);
    const prompt = selection.isEmpty
      ? around
      : { ...around, prefix: document.getText(selection).replaceAll('\r\n', '\n') };
    return this.write(editor, prompt, new vscode.Range(selection.end, selection.end), sampling);
  }

  /**
   * Puts another sample in the place of the last generated text; a fixed seed is counted up.
   * @throws Error with a sentence for the user when there is no such text any more
   */
  async another(sampling: SamplingOptions): Promise<GeneratedText> {
    const { last } = this;
    const written = last?.editor.document.getText(last.range).replaceAll('\r\n', '\n');
    if (last === null || last.editor.document.isClosed || written !== last.text) {
      throw new Error(
        vscode.l10n.t(
          'There is no generated text to replace: it was changed since. Use Understudy: Generate from Selection first.',
        ),
      );
    }
    if (sampling.greedy) {
      throw new Error(
        vscode.l10n.t(
          'Another sample would be the same text, as the setting understudy.sampling.greedy is on; turn it off first.',
        ),
      );
    }
    const seed = sampling.seed === null ? null : ((last.seed ?? sampling.seed) + 1) % 0x80000000;
    const editor =
      vscode.window.visibleTextEditors.find(({ document }) => document === last.editor.document) ??
      (await vscode.window.showTextDocument(last.editor.document));
    return this.write(editor, last.prompt, last.range, { ...sampling, seed });
  }

  cancel(): void {
    this.running?.abort();
  }

  dispose(): void {
    this.cancel();
  }

  private async write(
    editor: vscode.TextEditor,
    prompt: GeneratorDocument,
    replaced: vscode.Range,
    sampling: SamplingOptions,
  ): Promise<GeneratedText> {
    if (vscode.workspace.fs.isWritableFileSystem(editor.document.uri.scheme) === false) {
      throw new Error(
        vscode.l10n.t(
          '{0} is read-only, so no text can be generated in it; copy the text to another file first.',
          vscode.workspace.asRelativePath(editor.document.uri),
        ),
      );
    }
    this.running?.abort();
    const abort = new AbortController();
    this.running = abort;
    await setContext(RUNNING_CONTEXT, true);
    const insertion = new StreamedInsertion(editor, replaced);
    let text = '';
    let writeError: Error | null = null;
    const abortQuietly = (): void => {
      abort.abort();
    };
    insertion.onDidDisturb(abortQuietly);
    const onPart = (part: string): void => {
      if (!abort.signal.aborted) {
        text += part;
        insertion.append(part).catch((error: unknown) => {
          writeError = abort.signal.aborted ? null : asError(error);
          abort.abort();
        });
      }
    };
    try {
      const { stopReason } = await vscode.window.withProgress(
        {
          location: vscode.ProgressLocation.Notification,
          title: vscode.l10n.t('Understudy is writing…'),
          cancellable: true,
        },
        (_progress, token) => {
          token.onCancellationRequested(abortQuietly);
          return this.generator.generate({ document: prompt, sampling }, onPart, abort.signal);
        },
      );
      return { text, stopReason };
    } catch (error) {
      if (!abort.signal.aborted) {
        throw error;
      }
      return { text, stopReason: 'cancelled' };
    } finally {
      await insertion.finish().catch((error: unknown) => {
        writeError ??= abort.signal.aborted ? null : asError(error);
      });
      insertion.dispose();
      if (text !== '') {
        this.last = { editor, prompt, range: insertion.range, text, seed: sampling.seed };
      }
      if (this.running === abort) {
        this.running = null;
        await setContext(RUNNING_CONTEXT, false);
      }
      await setContext(AGAIN_CONTEXT, this.last !== null);
      if (writeError !== null) {
        // eslint-disable-next-line no-unsafe-finally -- the text did not arrive, whatever the generator says.
        throw writeError;
      }
    }
  }
}

function setContext(key: string, value: boolean): Thenable<unknown> {
  return vscode.commands.executeCommand('setContext', key, value);
}
