/** How much of a continuation may be inserted between the text before and after the cursor. */
import { wordEnds } from '../model/generation/wordUnits';
import type { GeneratorDocument, NoSuggestionReason } from '../protocol/generatorProtocol';
import { isProse, restOfLine, startOfLine, textToJoin } from './cursorPlace';
import { endOfEnvironments, openEnvironments } from './environments';

type Place = Pick<GeneratorDocument, 'languageId' | 'prefix' | 'suffix'>;

const CLOSER_OF = new Map([
  ['(', ')'],
  ['[', ']'],
  ['{', '}'],
  ['（', '）'],
  ['「', '」'],
  ['『', '』'],
  ['《', '》'],
  ['“', '”'],
]);
const CLOSERS = new Set(CLOSER_OF.values());
const QUOTES = new Set(['"', "'", '`']);
/** An apostrophe in prose encloses nothing. */
const QUOTES_OF_PROSE = new Set(['"']);
/** Languages in which a backslash, as in a path, leaves the quote after it a quote. */
const WITHOUT_ESCAPES = new Set(['bat', 'pascal', 'powershell', 'sql', 'vb']);
const SEPARATORS = new Set([';', ',']);
/** UTF-16 units that are searched before the cursor for open brackets and repeated lines, and after it for what is closed. */
const CONTEXT = 4096;
/** UTF-16 units that the word or sign right of the cursor is looked for in, since the line may be very long. */
const LONGEST_FIRST_WORD = 100;
/** Lines above shorter than this may well repeat: `}`, `---`, `else:`. So may shorter beginnings of the line below. */
const SHORTEST_REPEATED_LINE = 8;
/** Lines above the cursor's that a line may not repeat. */
const LINES_COMPARED = 2;

/**
 * The returned function gives the beginning of `text` that may be inserted; '' for none. A search calls it as its text grows, and
 * follows a text no further once something of it is cut.
 */
export function createTrimmer(place: Place): (text: string) => string {
  const rest = restOfLine(place.suffix);
  const isAtLineEnd = rest.trim() === '';
  const openers = balanceOf(place.prefix.slice(-CONTEXT)).open;
  const line = startOfLine(place.prefix);
  const environments = openEnvironments(place.prefix.slice(0, place.prefix.length - line.length));
  const isInProse = isProse(place.languageId);
  const enclosing = isInProse ? QUOTES_OF_PROSE : QUOTES;
  const signsOf = (text: string) => {
    const unescaped = WITHOUT_ESCAPES.has(place.languageId) ? text : withoutEscapedQuotes(text);
    return isInProse ? withoutApostrophes(unescaped) : unescaped;
  };
  const openQuotes = unpairedQuotes(signsOf(line));
  const near = rest.slice(0, CONTEXT);
  const closedByRest = new Set([...balanceOf(near).unopened, ...unpairedQuotes(signsOf(near))]);
  // What stands before a quote tells whether it is one.
  const joint = line.slice(-2);
  // A text that ends with an apostrophe may go on with a letter.
  const after = rest.startsWith("'") ? "'" : 'x';
  const beginningOfRight = textToJoin(place).trimStart().slice(0, LONGEST_FIRST_WORD);
  const firstOfRight = beginningOfRight.slice(0, wordEnds('', beginningOfRight)[0]);
  // A bracket or quote that the text opens itself is no repetition, nor a separator inside of them; endOfBalance handles those.
  // In prose, an apostrophe or two backticks right at the cursor close what is open, as LaTeX's quotes.
  const quotes = /^(?:'|``)/.test(rest) ? enclosing : QUOTES;
  const mayRepeat = [CLOSERS, quotes, SEPARATORS].some((signs) => signs.has(firstOfRight));
  const nextLine = isAtLineEnd ? firstLineWithText(place.suffix.slice(rest.length)) : '';
  const linesAbove = place.prefix
    .slice(-CONTEXT - line.length)
    .slice(0, -line.length || undefined)
    .split('\n')
    .map((above) => above.trimEnd())
    .filter((above) => above.trim().length >= SHORTEST_REPEATED_LINE)
    .slice(-LINES_COMPARED);

  return (text) => {
    let end = isInProse ? text.length : endBeforeBlankLine(text);
    const signs = signsOf(joint + text + after).slice(joint.length, -1);
    end = Math.min(
      end,
      endOfBalance(signs.slice(0, end), { openers, openQuotes, enclosing, closedByRest, rest }),
    );
    end = Math.min(end, endOfEnvironments(environments, line, text));
    const repeated = firstOfRight === '' || mayRepeat ? -1 : indexOfWord(text.slice(0, end), firstOfRight);
    const kept = text.slice(0, repeated < 0 ? end : repeated);
    if (!isAtLineEnd) {
      return kept;
    }
    const [first, ...more] = kept.split('\n');
    const whole = (line + first).trimEnd();
    if ((whole.trim() !== '' && whole.trim() === nextLine.trim()) || linesAbove.includes(whole)) {
      return '';
    }
    const again = more.findIndex((each, i) => repeatsLine(each.trimEnd(), nextLine, i < more.length - 1));
    return again < 0 ? kept : [first, ...more.slice(0, again)].join('\n');
  };
}

/** Why nothing of a text may be inserted, for one of which {@link createTrimmer}'s function gives ''. */
export function reasonForNone({ languageId }: Pick<Place, 'languageId'>, text: string): NoSuggestionReason {
  return !isProse(languageId) && endBeforeBlankLine(text) === 0 ? 'blankLine' : 'repeatsSuffix';
}

/** In code, a suggestion ends at a blank line, after which another thought begins. */
function endBeforeBlankLine(text: string): number {
  const blank = text.search(/\n[^\S\n]*\n/);
  return blank < 0 ? text.length : blank;
}

interface Balance {
  /** Closers of the brackets that are open before the cursor, innermost last. */
  readonly openers: readonly string[];
  /** Quotes that are open before the cursor. */
  readonly openQuotes: readonly string[];
  /** Quotes that enclose what stands between two of them. */
  readonly enclosing: ReadonlySet<string>;
  /** What the rest of the line closes without having opened it. */
  readonly closedByRest: ReadonlySet<string>;
}

/**
 * Where `text` first closes a bracket that is not open, or a bracket or quote that the rest of the line already closes, or repeats a
 * separator that follows the cursor. Its length where it does not.
 */
function endOfBalance(
  text: string,
  { openers, openQuotes, enclosing, closedByRest, rest }: Balance & { readonly rest: string },
): number {
  const open = [...openers];
  let openedHere = 0;
  /** The quote that the text has opened itself; '' for none. */
  let quote = '';
  let index = 0;
  for (const character of text) {
    const closer = CLOSER_OF.get(character);
    if (closer !== undefined) {
      open.push(closer);
      openedHere++;
    } else if (CLOSERS.has(character)) {
      const closesOwn = openedHere > 0 && open[open.length - 1] === character;
      if (!closesOwn && (open[open.length - 1] !== character || closedByRest.has(character))) {
        return index;
      }
      open.pop();
      openedHere -= closesOwn ? 1 : 0;
    } else if (openQuotes.includes(character) && closedByRest.has(character)) {
      return index;
    } else if (enclosing.has(character) && !openQuotes.includes(character)) {
      quote = quote === '' ? character : quote === character ? '' : quote;
    } else if (
      SEPARATORS.has(character) &&
      openedHere === 0 &&
      quote === '' &&
      rest.trim().startsWith(character)
    ) {
      return index;
    }
    index += character.length;
  }
  return text.length;
}

const BRACKETS = /[()[\]{}（）「」『』《》“”]/g;

/** Closers of the brackets that a text leaves open, innermost last, and those that it closes without having opened them. */
function balanceOf(text: string): { open: string[]; unopened: string[] } {
  const open: string[] = [];
  const unopened: string[] = [];
  for (const [bracket] of text.matchAll(BRACKETS)) {
    const closer = CLOSER_OF.get(bracket);
    if (closer !== undefined) {
      open.push(closer);
      continue;
    }
    // An unbalanced closer, in a comment or string, closes nothing.
    const at = open.lastIndexOf(bracket);
    if (at < 0) {
      unopened.push(bracket);
    } else {
      open.length = at;
    }
  }
  return { open, unopened };
}

/** Quotes of which a text has one without its partner. */
const unpairedQuotes = (text: string): string[] =>
  [...QUOTES].filter((quote) => isOdd(text.split(quote).length - 1));

/** A text in which other characters stand for each quote behind a backslash, which encloses nothing. */
const withoutEscapedQuotes = (text: string): string => text.replace(/\\[\\"'`]/g, '..');

/** A text in which another character stands for each apostrophe between letters, which is no quote. */
const withoutApostrophes = (text: string): string => text.replace(/(?<=\p{L})'(?=\p{L})/gu, '’');

/** Where a word or sign occurs in a text as a unit of its own; −1 where it does not. */
function indexOfWord(text: string, word: string): number {
  const units = [0, ...wordEnds('', text)];
  for (let i = 0; i + 1 < units.length; i++) {
    if (text.slice(units[i], units[i + 1]).trim() === word) {
      return units[i];
    }
  }
  return -1;
}

/** Whether a line is the one that stands below, or, where it is not complete, may become that. */
function repeatsLine(text: string, below: string, isComplete: boolean): boolean {
  const mayBecome = !isComplete && text.trim().length >= SHORTEST_REPEATED_LINE && below.startsWith(text);
  return text !== '' && (text === below || mayBecome);
}

/** With its indentation, but without white space at its end. */
function firstLineWithText(text: string): string {
  const at = text.search(/\S/);
  const end = text.indexOf('\n', at);
  return at < 0 ? '' : text.slice(text.lastIndexOf('\n', at) + 1, end < 0 ? text.length : end).trimEnd();
}

const isOdd = (count: number) => count % 2 === 1;
