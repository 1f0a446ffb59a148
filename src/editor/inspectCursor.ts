import * as vscode from 'vscode';
import type { GeneratorDocument, InspectedResponse } from '../protocol/generatorProtocol';
import type { PanelInspection } from '../protocol/panelProtocol';
import { cellOf, generatorDocument } from './generatorDocument';
import { takesGhostText } from './inlineCompletionProvider';
import { panelInspection } from './panelInspection';

/**
 * What the models predict at an editor's cursor, for the panel.
 * @param ask asks the generator, where there is a text to go on from
 */
export async function inspectCursor(
  editor: vscode.TextEditor | undefined,
  ask: (document: GeneratorDocument) => Promise<InspectedResponse>,
): Promise<PanelInspection> {
  const { t } = vscode.l10n;
  if (editor === undefined || editor.document.isClosed || !takesGhostText(editor.document)) {
    return { state: 'none', message: t('Put the cursor in a text to see what the model would say next.') };
  }
  const { document, selection } = editor;
  const around = generatorDocument(document, selection.active);
  if (around.prefix.trim() === '') {
    return { state: 'none', message: t('There is no text before the cursor yet.') };
  }
  const response = await ask(around);
  const cell = cellOf(document);
  const path = vscode.workspace.asRelativePath(cell?.notebook.uri ?? document.uri);
  const line = selection.active.line + 1;
  const where =
    cell === undefined
      ? t('{0}, line {1}', path, line)
      : t('{0}, cell {1}, line {2}', path, cell.index + 1, line);
  return panelInspection(t, where, around.prefix, response);
}
