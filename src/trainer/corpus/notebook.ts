/** Jupyter notebooks: of their JSON, only what a person has written in the cells is text. */
import * as v from 'valibot';
import { CELL_BREAK } from '../../protocol/generatorProtocol';

/** nbformat 4; a source is one string or its lines, each with its line end. */
const notebookSchema = v.object({
  nbformat: v.literal(4),
  cells: v.array(v.object({ source: v.union([v.string(), v.array(v.string())]) })),
});

/** A picture pasted into a cell, as Colab keeps it; its long line would leave out the whole notebook. */
const INLINE_DATA = /;base64,[A-Za-z0-9+/=]{100,}/g;

export function isNotebook(path: string): boolean {
  return /\.ipynb$/i.test(path);
}

/**
 * The sources of all cells in their order, without outputs or the data of pictures.
 * @param content of the file, decoded
 * @returns null when that is no notebook of nbformat 4; an empty file is a notebook without cells
 */
export function notebookText(content: string): string | null {
  if (content.trim() === '') {
    return '';
  }
  let json: unknown;
  try {
    json = JSON.parse(content);
  } catch {
    return null;
  }
  // Not by `safeParse`, which would keep all that is wrong with a million cells in memory.
  return v.is(notebookSchema, json)
    ? textOfCells(json.cells.map(({ source }) => (typeof source === 'string' ? source : source.join(''))))
    : null;
}

/** The sources of cells as one text, without the data of pictures. */
export function textOfCells(sources: readonly string[]): string {
  return sources.join(CELL_BREAK).replace(/\r\n?/g, '\n').replace(INLINE_DATA, '');
}
