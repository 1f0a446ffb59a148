import { UsageError } from './commandLine';

/**
 * Offset, in UTF-16 code units, of a line and column as editors show them: both start at 1, and the column after the
 * last character is allowed.
 * @throws UsageError when the text has no such place
 */
export function cursorOffset(text: string, line: number, column: number): number {
  let start = 0;
  for (let n = 1; n < line; n++) {
    const end = text.indexOf('\n', start);
    if (end < 0) {
      throw new UsageError(
        `--line ${line} is past the end: the file has ${n} ${n === 1 ? 'line' : 'lines'}.`,
      );
    }
    start = end + 1;
  }
  const end = text.indexOf('\n', start);
  const length = (end < 0 ? text.length : end) - start;
  if (column > length + 1) {
    throw new UsageError(
      `--column ${column} is past the end of line ${line}: its last column is ${length + 1}.`,
    );
  }
  return start + column - 1;
}
