/**
 * Sentences that are made outside the extension host, in threads and processes or the parts that the terminal tool shares, come in
 * English, as logs and the terminal want them. Here the text of the bundle from which one was made is found again.
 */

/** At least two words: keys such as "{0} {1}" would fit everything. */
const HAS_WORDS = /[a-z] [a-z{]/i;
const PLACE = /\{(\d+)\}/g;
/** What another program says may be long, and hold a part very often. */
const MOST_READINGS = 50;

interface Template {
  /** What stands between its arguments. */
  readonly parts: readonly string[];
  /** Of its arguments, in the order of the English text. */
  readonly indices: readonly string[];
  readonly translation: string;
}

/**
 * A function that gives a sentence in the language of the bundle, and as it is where the bundle has none that fits. Arguments that are
 * sentences are translated, too.
 */
export function sentenceTranslator(bundle: Readonly<Record<string, string>>): (sentence: string) => string {
  const templates = Object.keys(bundle)
    .filter((text) => HAS_WORDS.test(text))
    .map((text): Template => ({
      parts: text.split(/\{\d+\}/),
      indices: [...text.matchAll(PLACE)].map(([, index]) => index),
      translation: bundle[text],
    }))
    // The most specific first.
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
    return template.translation.replace(PLACE, (place, index: string) => byIndex.get(index) ?? place);
  };
  return translate;
}

/**
 * What a sentence that was made from these parts has between them. A path in it may itself hold a part: then the reading counts by
 * which the most arguments are sentences.
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

/** What stands between these parts by each way to read a text as made from them, the shortest first arguments first. */
function* readings([part, ...later]: readonly string[], text: string): Generator<string[]> {
  if (later.length === 0) {
    if (text === part) {
      yield [];
    }
    return;
  }
  // The end is looked at first, as most texts that begin so are of another template.
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

/** -1 where there is none. Nothing at all stands everywhere once. */
function nextPlace(text: string, part: string, after: number): number {
  return after === text.length ? -1 : text.indexOf(part, after + 1);
}
