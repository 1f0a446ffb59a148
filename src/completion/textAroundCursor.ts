/** The part of a document that the generator is given. */
import type { GeneratorDocument } from '../protocol/generatorProtocol';

/** In UTF-16 code units; the generator's limits. */
const MAX_PREFIX = 64 * 1024;
export const MAX_SUFFIX = 64 * 1024;
/** The start of the prefix moves in steps of this size, so that states cached for earlier lines stay valid while typing. */
const PREFIX_STRIDE = MAX_PREFIX / 2;
/** Most that is dropped of a line that the start of the prefix cuts through; a longer rest is kept. */
const MAX_DROPPED = 4 * 1024;

/**
 * Line ends become `\n`, which is what models learn from; VS Code writes the document's own on insertion.
 * @param offset of the cursor
 * @param slice the text from a start to an end offset, the end clamped to the document's
 */
export function textAroundCursor(
  uri: string,
  languageId: string,
  offset: number,
  slice: (start: number, end: number) => string,
): GeneratorDocument {
  const start = offset <= MAX_PREFIX ? 0 : Math.floor(offset / PREFIX_STRIDE) * PREFIX_STRIDE - PREFIX_STRIDE;
  const prefix = slice(start, offset).replaceAll('\r\n', '\n');
  return {
    uri,
    languageId,
    prefix: start === 0 ? prefix : fromFirstWholeLine(prefix),
    suffix: toWholeCharacter(slice(offset, offset + MAX_SUFFIX)).replaceAll('\r\n', '\n'),
  };
}

/**
 * As much of a selected text as the generator would be given of the text before the cursor; all of that where nothing is selected.
 * @param around the text around the selection's end
 */
export function selectedBefore(around: GeneratorDocument, selected: string): GeneratorDocument {
  return { ...around, prefix: around.prefix.slice(-selected.replaceAll('\r\n', '\n').length) };
}

/** Drops half a surrogate pair or half a line end that the cut may leave at the suffix's end, as a copy of it could be suggested. */
const toWholeCharacter = (text: string): string =>
  text.length === MAX_SUFFIX && /[\ud800-\udbff\r]$/.test(text.slice(-1)) ? text.slice(0, -1) : text;

/** Drops the rest of the line that the cut went through, or, if that is very long, only half a surrogate pair. */
function fromFirstWholeLine(text: string): string {
  const lineEnd = text.indexOf('\n');
  if (lineEnd >= 0 && lineEnd < MAX_DROPPED) {
    return text.slice(lineEnd + 1);
  }
  const first = text.charCodeAt(0);
  return first >= 0xdc00 && first <= 0xdfff ? text.slice(1) : text;
}
