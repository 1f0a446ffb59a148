/** Lines as the user would see them: what is typed, what is suggested, what really follows. */
import { rightPart } from '../model/evaluate/keystrokes';
import type { TypedText } from '../model/evaluate/typedStretches';
import { onOneLine } from './progressLine';

/** A cursor, UTF-16 offset, inside a line of a text. */
interface Place {
  readonly file: TypedText;
  readonly offset: number;
}

export interface GhostLine extends Place {
  readonly suggestion: string;
}

const SHORTEST_LINE = 24;
/** The cursor stands between these shares of a line, so that there is something before and after it. */
const [FROM, TO] = [0.3, 0.8];

/**
 * Cursors after a word, in lines drawn at random from all texts, in that order.
 * @param random uniform in [0, 1)
 */
export function drawPlaces(files: readonly TypedText[], count: number, random: () => number): Place[] {
  const lines = files.flatMap((file) =>
    // Without the indentation, in which nothing would be seen of what is typed.
    [...file.text.matchAll(/\S[^\n]*/g)]
      .filter(([line]) => line.trimEnd().length >= SHORTEST_LINE)
      .map(({ 0: line, index }) => ({ file, line, index })),
  );
  const places: Place[] = [];
  for (let i = 0; i < lines.length && places.length < count; i++) {
    const j = i + Math.floor(random() * (lines.length - i));
    [lines[i], lines[j]] = [lines[j], lines[i]];
    const { file, line, index } = lines[i];
    const wished = Math.floor(line.length * (FROM + random() * (TO - FROM)));
    const column = wordStart(line, wished) ?? wholeCharacter(line, wished);
    places.push({ file, offset: index + column });
  }
  return places;
}

/**
 * The place, and below it what is typed, what is suggested and what really follows, a line each.
 * @param columns of a terminal that what is typed and what follows may take each
 */
export function describeGhostLine({ file, offset, suggestion }: GhostLine, columns: number): string {
  const { text } = file;
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const lineNumber = text.slice(0, lineStart).split('\n').length;
  const lineEnd = text.indexOf('\n', offset);
  const typed = clipStart(text.slice(lineStart, offset).trimStart(), columns);
  const rest = text.slice(offset, lineEnd < 0 ? text.length : lineEnd);
  const right = rightPart(suggestion, text, text.slice(0, offset));
  // Of an opening quote alone nobody says that it is a word.
  const isWord = /[\p{L}\p{N}]/u.test(right);
  const mark = right === suggestion ? '  ✓' : isWord ? '  (first word ✓)' : '';
  return [
    `${file.name}:${lineNumber}`,
    `  typed      ${typed}`,
    `  suggested  ${suggestion}${mark}`,
    `  really     ${clipEnd(rest, columns)}`,
  ]
    .map(onOneLine)
    .join('\n');
}

/** Where the first word after a column starts, else the last before it; null in a line without spaces. */
function wordStart(line: string, column: number): number | null {
  const next = line.indexOf(' ', column);
  const space = next < 0 || next > line.length * TO ? line.lastIndexOf(' ', column) : next;
  return space < 0 ? null : space + 1;
}

function wholeCharacter(line: string, column: number): number {
  return line.codePointAt(column - 1)! > 0xffff ? column + 1 : column;
}

/** East Asian letters and signs, and emoji, take two columns of a terminal. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff01-\uff60\uffe0-\uffe6]|[\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** How many of the characters, from the first on, fit into a number of columns. */
function fitting(characters: readonly string[], columns: number): number {
  let left = columns;
  const end = characters.findIndex((character) => (left -= WIDE.test(character) ? 2 : 1) < 0);
  return end < 0 ? characters.length : end;
}

function clipStart(text: string, columns: number): string {
  const characters = Array.from(text).reverse();
  return fitting(characters, columns) === characters.length
    ? text
    : `…${characters
        .slice(0, fitting(characters, columns - 1))
        .reverse()
        .join('')}`;
}

function clipEnd(text: string, columns: number): string {
  const characters = Array.from(text);
  return fitting(characters, columns) === characters.length
    ? text
    : `${characters.slice(0, fitting(characters, columns - 1)).join('')}…`;
}
