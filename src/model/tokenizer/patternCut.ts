/**
 * Cuts a text by regular expressions, each the pieces that those before it left. No piece is empty; together they are the text.
 * @param patterns as in a `tokenizer.json`: their `\s` is Unicode's white space; that of JavaScript has U+FEFF and lacks U+0085
 */
export function patternCut(patterns: readonly string[]): (text: string) => readonly string[] {
  const compiled = patterns.map(
    (pattern) =>
      new RegExp(pattern.replaceAll('\\s', '\\p{White_Space}').replaceAll('\\S', '\\P{White_Space}'), 'gu'),
  );
  return (text) =>
    compiled.reduce<readonly string[]>(
      (pieces, pattern) => pieces.flatMap((piece) => cutAt(piece, pattern)),
      [text],
    );
}

/** The matches of a global pattern in a text and the text between them, in order; no piece is empty. */
export function cutAt(text: string, pattern: RegExp): string[] {
  const pieces: string[] = [];
  let end = 0;
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    if (match.index > end) {
      pieces.push(text.slice(end, match.index));
    }
    if (match[0] === '') {
      // An empty match would be found again forever.
      pattern.lastIndex++;
    } else {
      pieces.push(match[0]);
    }
    end = match.index + match[0].length;
  }
  if (end < text.length) {
    pieces.push(text.slice(end));
  }
  return pieces;
}
