/** Chooses the parts of some texts that a simulated user types: a random sample, the same for the same seed. */

export interface TypedText {
  readonly name: string;
  readonly text: string;
}

/** Typed from `from` (included) to `to` (excluded), UTF-16 offsets; all text before `from` is already there. */
export interface TypedStretch {
  readonly file: TypedText;
  readonly from: number;
  readonly to: number;
}

/** A longer line is cut near this length, at the start of a word, so that long paragraphs do not crowd out the rest. */
const STRETCH_LENGTH = 160;

/**
 * Draws lines, or stretches of long ones, until they have about `characters` (UTF-16) together. Blank lines and indentation, which
 * an editor types itself, are left out.
 * @param random uniform in [0, 1)
 */
export function sampleStretches(
  files: readonly TypedText[],
  characters: number,
  random: () => number,
): TypedStretch[] {
  return drawStretches(files.flatMap(stretchesOf), characters, random);
}

/**
 * Draws some of the stretches until they have about `characters` (UTF-16) together. They keep their order, so that a reader's state
 * can advance through each file.
 * @param random uniform in [0, 1)
 */
export function drawStretches<T extends TypedStretch>(
  all: readonly T[],
  characters: number,
  random: () => number,
): T[] {
  const order = all.map((_, i) => i);
  const chosen: number[] = [];
  let found = 0;
  for (let i = 0; i < order.length && found < characters; i++) {
    const j = i + Math.floor(random() * (order.length - i));
    [order[i], order[j]] = [order[j], order[i]];
    chosen.push(order[i]);
    found += all[order[i]].to - all[order[i]].from;
  }
  return chosen.sort((a, b) => a - b).map((i) => all[i]);
}

function stretchesOf(file: TypedText): TypedStretch[] {
  const stretches: TypedStretch[] = [];
  // Lines are trimmed afterwards: a pattern that trims them itself would take quadratic time on a long blank line.
  for (const { 0: line, index } of file.text.matchAll(/[^\r\n]+/g)) {
    const end = index + line.trimEnd().length;
    let from = index + line.length - line.trimStart().length;
    while (from < end) {
      const to = cutPoint(file.text, from, end);
      stretches.push({ file, from, to });
      from = to;
    }
  }
  return stretches;
}

/** The start of the first word at or after the wished length; without one nearby, the next whole character. */
function cutPoint(text: string, from: number, end: number): number {
  const wished = from + STRETCH_LENGTH;
  if (wished >= end) {
    return end;
  }
  const space = text.slice(wished, Math.min(end, wished + STRETCH_LENGTH)).search(/(?<=\s)\S/);
  const cut = space === -1 ? wished : wished + space;
  const splitsPair = text.codePointAt(cut - 1)! > 0xffff;
  return splitsPair ? cut + 1 : cut;
}
