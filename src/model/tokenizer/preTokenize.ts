/**
 * Where a text may be cut into pieces that no token crosses. A token never spans a line break and text after it, so
 * line ends stay predictable; a space belongs to the word after it; `\section` is one piece; runs are capped, so that
 * the time to encode stays linear in the length of any text.
 *
 * {@link PRE_TOKEN_PATTERN} is the rule, stored in `tokenizer.json`, whose `\s` is Unicode's white space; {@link nextBoundary} is the
 * same rule as a scanner, several times as fast.
 */
const HAN = '㐀-䶿一-鿿';
export const PRE_TOKEN_PATTERN = [
  '(?:\\r?\\n){1,16}',
  ` ?\\\\?(?:(?![${HAN}])[\\p{L}\\p{M}]){1,32}(?:['’](?:(?![${HAN}])[\\p{L}\\p{M}]){1,8})?`,
  ` ?[${HAN}]{1,24}`,
  ' ?\\p{N}{1,3}',
  ' ?[^\\s\\p{L}\\p{M}\\p{N}\\\\]{1,32}',
  '\\\\{1,32}',
  '[^\\S\\r\\n]{1,64}(?!\\S)',
  '[^\\S\\r\\n]{1,64}(?=\\s)|[^\\S\\r\\n]{1,63}(?=[^\\S\\r\\n]\\S)|[^\\S\\r\\n]',
  '\\r',
].join('|');

enum Kind {
  Other,
  Letter,
  Digit,
  Han,
  Space,
  LineFeed,
  CarriageReturn,
  Backslash,
}

function kindOfCodePoint(codePoint: number): Kind {
  const text = String.fromCodePoint(codePoint);
  if ((codePoint >= 0x3400 && codePoint <= 0x4dbf) || (codePoint >= 0x4e00 && codePoint <= 0x9fff)) {
    return Kind.Han;
  }
  if (text === '\n') return Kind.LineFeed;
  if (text === '\r') return Kind.CarriageReturn;
  if (text === '\\') return Kind.Backslash;
  if (/\p{White_Space}/u.test(text)) return Kind.Space;
  if (/[\p{L}\p{M}]/u.test(text)) return Kind.Letter;
  if (/\p{N}/u.test(text)) return Kind.Digit;
  return Kind.Other;
}

const UNKNOWN = null;
/** Cached kinds of the code units that are no surrogates. */
const kinds: (Kind | typeof UNKNOWN)[] = new Array<Kind | typeof UNKNOWN>(0x10000).fill(UNKNOWN);

function kindAt(text: string, index: number): Kind {
  const unit = text.charCodeAt(index);
  const known = kinds[unit];
  if (known !== UNKNOWN) {
    return known;
  }
  if (unit >= 0xd800 && unit <= 0xdfff) {
    return kindOfCodePoint(text.codePointAt(index)!);
  }
  return (kinds[unit] = kindOfCodePoint(unit));
}

const sizeAt = (text: string, index: number) => (text.codePointAt(index)! > 0xffff ? 2 : 1);

/** The end of a run of at most `limit` characters of one kind from `index`. */
function endOfRun(text: string, index: number, kind: Kind, limit: number): number {
  let end = index;
  for (let count = 0; count < limit && end < text.length && kindAt(text, end) === kind; count++) {
    const unit = text.charCodeAt(end);
    end += unit >= 0xd800 && unit <= 0xdbff ? sizeAt(text, end) : 1;
  }
  return end;
}

function endOfWord(text: string, index: number): number {
  const end = endOfRun(text, index, Kind.Letter, 32);
  const unit = text.charCodeAt(end);
  return unit === 0x27 || unit === 0x2019 ? Math.max(end, endOfSuffix(text, end)) : end;
}

/** The end of `'s` and similar suffixes, or `index` when no letter follows the apostrophe. */
function endOfSuffix(text: string, index: number): number {
  const end = endOfRun(text, index + 1, Kind.Letter, 8);
  return end > index + 1 ? end : index;
}

function endOfLineBreaks(text: string, index: number): number {
  let end = index;
  for (let count = 0; count < 16; count++) {
    if (text.charCodeAt(end) === 0x0a) {
      end++;
    } else if (text.charCodeAt(end) === 0x0d && text.charCodeAt(end + 1) === 0x0a) {
      end += 2;
    } else {
      break;
    }
  }
  return end;
}

function endOfSpaces(text: string, index: number): number {
  const end = endOfRun(text, index, Kind.Space, 64);
  if (end === text.length) {
    return end;
  }
  const after = kindAt(text, end);
  if (after === Kind.LineFeed || after === Kind.CarriageReturn || after === Kind.Space) {
    return end;
  }
  // The last space goes with the word that follows, or stands alone.
  return Math.max(index + 1, end - 1);
}

/** The end of the piece that starts at `index`, in UTF-16 units; `index` must be less than the text's length. */
export function nextBoundary(text: string, index: number): number {
  const hasSpace = text.charCodeAt(index) === 0x20;
  const start = hasSpace && index + 1 < text.length ? index + 1 : index;
  const kind = kindAt(text, start);
  switch (kind) {
    case Kind.Letter:
      return endOfWord(text, start);
    case Kind.Backslash:
      if (start + 1 < text.length && kindAt(text, start + 1) === Kind.Letter) {
        return endOfWord(text, start + 1);
      }
      return start > index ? start : endOfRun(text, start, Kind.Backslash, 32);
    case Kind.Han:
      return endOfRun(text, start, kind, 24);
    case Kind.Digit:
      return endOfRun(text, start, kind, 3);
    case Kind.Other:
      return endOfRun(text, start, kind, 32);
    case Kind.LineFeed:
    case Kind.CarriageReturn:
      if (start > index) {
        return endOfSpaces(text, index);
      }
      return Math.max(index + 1, endOfLineBreaks(text, index));
    case Kind.Space:
      return endOfSpaces(text, index);
  }
}
