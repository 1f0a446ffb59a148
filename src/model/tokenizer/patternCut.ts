/**
 * Cuts a text by regular expressions, each the pieces of the one before.
 * @param patterns as in a `tokenizer.json`: their `\s` is Unicode's white space; that of JavaScript has U+FEFF and lacks U+0085. Each
 * matches every character in some piece.
 */
export function patternCut(patterns: readonly string[]): (text: string) => readonly string[] {
  const compiled = patterns.map(
    (pattern) =>
      new RegExp(pattern.replaceAll('\\s', '\\p{White_Space}').replaceAll('\\S', '\\P{White_Space}'), 'gu'),
  );
  return (text) =>
    compiled.reduce<readonly string[]>(
      (pieces, pattern) => pieces.flatMap((piece) => piece.match(pattern) ?? []),
      [text],
    );
}
