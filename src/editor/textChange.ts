import type { TextDocumentContentChangeEvent } from 'vscode';

/** A change of a document's text as VS Code reports it, without the positions; offset and length are in UTF-16 units. */
export type TextChange = Readonly<
  Pick<TextDocumentContentChangeEvent, 'rangeOffset' | 'rangeLength' | 'text'>
>;
