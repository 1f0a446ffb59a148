/** A document written with its cursor: `const x = █`. */
export function cursorText(marked: string): { prefix: string; suffix: string } {
  const parts = marked.split('█');
  if (parts.length !== 2) {
    throw new RangeError(`"${marked}" needs exactly one cursor.`);
  }
  return { prefix: parts[0], suffix: parts[1] };
}
