/** A place in a document; both numbers begin at zero, `character` counts UTF-16 units. */
export interface Place {
  readonly line: number;
  readonly character: number;
}

/** Where a text ends that was inserted at a place. @param text with bare line feeds */
export function placeAfter({ line, character }: Place, text: string): Place {
  const lines = text.split('\n');
  const last = lines[lines.length - 1];
  return lines.length === 1
    ? { line, character: character + last.length }
    : { line: line + lines.length - 1, character: last.length };
}
