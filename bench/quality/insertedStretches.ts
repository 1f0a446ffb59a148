/** Parts of lines that a simulated user inserts into the line, whose rest stands right of them already. */
import { isProse } from '../../src/completion/cursorPlace';
import { MAX_SUFFIX } from '../../src/completion/textAroundCursor';
import { drawStretches, type TypedStretch, type TypedText } from '../../src/model/evaluate/typedStretches';
import { wordEnds } from '../../src/model/generation/wordUnits';
import { languageIdOf } from '../../src/terminal/languageId';

export interface Insertion extends TypedStretch {
  /** What stands right of it: the rest of the line, and the lines below. */
  readonly after: string;
}

/** Words of a short insertion at most, and of a long one. */
const SHORT = 4;
const LONG = 14;
/** In code, what an editor closes by itself, or what stands at the end of most lines. */
const CLOSERS = /[)\]}>"'`;,]+$/;

/**
 * One to 14 words before at least two others, and as many short insertions as long ones; in code, unless they are to stand `anywhere`,
 * what stands before the closing brackets, quotes and separators at a line's end. At most one in a line. The file of each ends with it.
 * @param random uniform in [0, 1)
 */
export function sampleInsertions(
  files: readonly TypedText[],
  characters: number,
  random: () => number,
  anywhere = false,
): Insertion[] {
  const all = files.flatMap((file) => {
    const find = anywhere || isProse(languageIdOf(file.name)) ? betweenWords : beforeClosers;
    return [...file.text.matchAll(/[^\r\n]+/g)].flatMap(({ 0: line, index }): Insertion[] => {
      const [from, to] = find(line, random) ?? [0, 0];
      return to > from ? [insertionOf(file, index + from, index + to)] : [];
    });
  });
  return drawStretches(all, characters, random);
}

const insertionOf = ({ name, text }: TypedText, from: number, to: number): Insertion => ({
  file: { name, text: text.slice(0, to) },
  from,
  to,
  after: text.slice(to, to + MAX_SUFFIX),
});

function betweenWords(line: string, random: () => number): readonly [number, number] | null {
  // Where the rest begins inside a word, there is no ghost text.
  const ends = wordEnds('', line).filter(
    (end) => !/[\p{L}\p{N}]/u.test(line.charAt(end)) || isHan(line, end),
  );
  if (ends.length < 4) {
    return null;
  }
  const words =
    random() < 0.5 ? 1 + Math.floor(random() * SHORT) : SHORT + 1 + Math.floor(random() * (LONG - SHORT));
  const first = Math.floor(random() * (ends.length - 3));
  const last = Math.min(first + words, ends.length - 3);
  return last > first ? [ends[first], ends[last]] : null;
}

const isHan = (line: string, end: number): boolean => /\p{Script=Han}/u.test(line.slice(end - 1, end + 1));

function beforeClosers(line: string, random: () => number): readonly [number, number] | null {
  const closers = CLOSERS.exec(line.trimEnd());
  if (closers === null) {
    return null;
  }
  const starts = wordEnds('', line).filter((end) => end < closers.index);
  return starts.length === 0 ? null : [starts[Math.floor(random() * starts.length)], closers.index];
}
