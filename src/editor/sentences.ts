/**
 * Sentences that are made outside the extension host, in threads and processes or the parts that the terminal tool shares, come in
 * English, as logs and the terminal want them. Here the text of the bundle from which one was made is found again.
 */

/** At least two words: keys such as "{0} {1}" would fit everything. */
const HAS_WORDS = /[a-z] [a-z{]/i;
const PLACE = /\{(\d+)\}/g;

/** The sentence in the language of the bundle; as it is where the bundle has none that fits. Arguments that are sentences are translated, too. */
export function translateSentence(bundle: Readonly<Record<string, string>>, sentence: string): string {
  const literal = (text: string): number => text.replace(PLACE, '').length;
  const texts = Object.keys(bundle)
    .filter((text) => HAS_WORDS.test(text))
    // The most specific first.
    .sort((a, b) => literal(b) - literal(a));
  const translate = (given: string): string => {
    for (const text of texts) {
      const args = argumentsOf(text, given);
      if (args !== null) {
        return bundle[text].replace(PLACE, (place, index: string) => args.get(index) ?? place);
      }
    }
    return given;
  };
  const argumentsOf = (text: string, given: string): Map<string, string> | null => {
    const places = [...text.matchAll(PLACE)].map(([, index]) => index);
    const parts = text.split(/\{\d+\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    const found = new RegExp(`^${parts.join('([\\s\\S]*?)')}$`).exec(given);
    return found && new Map(places.map((index, i) => [index, translate(found[i + 1])]));
  };
  return translate(sentence);
}
