/**
 * Translates sentences that were made outside the extension host, in threads, processes and parts shared with the terminal tool.
 * These are English, as logs and the terminal want them; the bundle's text from which one was made is found by matching.
 */

/** At least two words, since keys such as "{0} {1}" would match everything. */
const HAS_WORDS = /[a-z] [a-z{]/i;
const PLACE = /\{(\d+)\}/g;
/** A sentence in Chinese, unlike one in English, is followed by no space. */
const PLACE_AND_SPACE = /\{(\d+)\}( ?)/g;
/** Limits the search, as a message of another program may be long and hold a part very often. */
const MOST_READINGS = 50;

interface Template {
  /** The text before, between and after its arguments. */
  readonly parts: readonly string[];
  /** The indices of its arguments, in the order of the English text. */
  readonly indices: readonly string[];
  readonly translation: string;
}

/**
 * Returns a function that translates a sentence into the language of the bundle, or returns it unchanged if no text of the bundle
 * matches. Arguments that are themselves sentences are translated, too.
 */
export function sentenceTranslator(bundle: Readonly<Record<string, string>>): (sentence: string) => string {
  const templates = Object.keys(bundle)
    .filter((text) => HAS_WORDS.test(text))
    .map((text): Template => ({
      parts: text.split(/\{\d+\}/),
      indices: [...text.matchAll(PLACE)].map(([, index]) => index),
      translation: bundle[text],
    }))
    // Most specific first.
    .sort((a, b) => b.parts.join('').length - a.parts.join('').length);
  const templateOf = (sentence: string): Template | undefined =>
    templates.find(({ parts }) => !readings(parts, sentence).next().done);
  const translate = (sentence: string): string => {
    const template = templateOf(sentence);
    if (template === undefined) {
      return sentence;
    }
    const args = likeliestReading(template.parts, sentence, (arg) => templateOf(arg) !== undefined);
    const byIndex = new Map(template.indices.map((index, i) => [index, translate(args[i])]));
    return template.translation.replace(PLACE_AND_SPACE, (place, index: string, space: string) => {
      const arg = byIndex.get(index);
      return arg === undefined ? place : arg.endsWith('。') ? arg : arg + space;
    });
  };
  return translate;
}

/**
 * The arguments of a sentence that was made from these parts. A path in it may itself hold a part; then the reading in which most
 * arguments are sentences is taken.
 */
function likeliestReading(
  parts: readonly string[],
  sentence: string,
  isSentence: (arg: string) => boolean,
): readonly string[] {
  let likeliest: readonly string[] = [];
  let mostSentences = -1;
  let count = 0;
  for (const args of readings(parts, sentence)) {
    const sentences = args.filter(isSentence).length;
    if (sentences > mostSentences) {
      likeliest = args;
      mostSentences = sentences;
    }
    if (++count === MOST_READINGS) {
      break;
    }
  }
  return likeliest;
}

/** The arguments in each way to read a text as made from these parts; readings with the shortest first argument come first. */
function* readings([part, ...later]: readonly string[], text: string): Generator<string[]> {
  if (later.length === 0) {
    if (text === part) {
      yield [];
    }
    return;
  }
  // The end is checked early, as most texts that begin like this were made from another template.
  if (!text.startsWith(part) || !text.endsWith(later.at(-1)!)) {
    return;
  }
  const rest = text.slice(part.length);
  const [next] = later;
  for (let end = rest.indexOf(next); end >= 0; end = nextPlace(rest, next, end)) {
    for (const args of readings(later, rest.slice(end))) {
      yield [rest.slice(0, end), ...args];
    }
  }
}

/** Index of the next occurrence of a part, or -1; an empty part occurs once at every index. */
function nextPlace(text: string, part: string, after: number): number {
  return after === text.length ? -1 : text.indexOf(part, after + 1);
}
