/** What the generator is given of a document, in which a notebook is one text. */
import * as vscode from 'vscode';
import { textAroundCursor } from '../completion/textAroundCursor';
import { CELL_BREAK, type GeneratorDocument } from '../protocol/generatorProtocol';

export const CELL_SCHEME = 'vscode-notebook-cell';

/** The text around the cursor. */
export function generatorDocument(
  document: vscode.TextDocument,
  position: vscode.Position,
): GeneratorDocument {
  const { languageId } = document;
  const offset = document.offsetAt(position);
  const cell = cellOf(document);
  if (cell === undefined) {
    return textAroundCursor(document.uri.toString(), languageId, offset, (start, end) =>
      document.getText(new vscode.Range(document.positionAt(start), document.positionAt(end))),
    );
  }
  const texts = cell.notebook.getCells().map((each) => each.document.getText());
  const above = texts.slice(0, cell.index).map((text) => text + CELL_BREAK);
  const whole = texts.join(CELL_BREAK);
  const { uri } = cell.notebook;
  return textAroundCursor(uri.toString(), languageId, above.join('').length + offset, (start, end) =>
    whole.slice(start, end),
  );
}

/** The cell of a notebook that a document is the text of. */
export function cellOf(document: vscode.TextDocument): vscode.NotebookCell | undefined {
  const notebooks = document.uri.scheme === CELL_SCHEME ? vscode.workspace.notebookDocuments : [];
  return notebooks.flatMap((notebook) => notebook.getCells()).find((cell) => cell.document === document);
}
