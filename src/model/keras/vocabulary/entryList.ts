/** Vocabularies that list characters or words by their number. */
import * as v from 'valibot';
import { isObject } from '../layerSpec';
import { VocabularyError, type Vocabulary } from './vocabulary';

/** More than any vocabulary has. A larger number is a mistake, and would cost that much memory. */
export const LARGEST_VOCABULARY = 1 << 20;
/** Names of the entry for unknown text, as in `TextVectorization`. */
const UNKNOWN_ENTRIES = ['[UNK]', '<unk>', '<UNK>', '<OOV>', '<oov>', 'UNK'];
const LONGEST_SHOWN = 100;
const PADDING_ENTRIES = ['', '<pad>', '<PAD>', '[PAD]'];
/** What `TextVectorization` strips by default. */
const STRIPPED = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\'';

/** A JSON object from entries to numbers. valibot's `record` would drop `constructor`, which is a word like any other. */
export const numberTable = v.custom<Readonly<Record<string, number>>>(
  (value) => isObject(value) && Object.values(value).every((id) => typeof id === 'number'),
  'it has no table of numbers',
);

/** A JSON list; entry i is token i. */
export function listedEntries(list: readonly unknown[], fileName: string): Vocabulary {
  const entries = list.map((entry) => {
    if (typeof entry !== 'string') {
      throw new VocabularyError(`The vocabulary "${fileName}" has an entry that is not text.`);
    }
    return entry;
  });
  return vocabularyOf(entries, fileName);
}

/** A JSON object from entries to numbers, or from numbers to entries. */
export function mappedEntries(map: Readonly<Record<string, unknown>>, fileName: string): Vocabulary {
  const pairs = Object.entries(map).map(([key, value]): [unknown, unknown] =>
    typeof value === 'string' ? [value, Number(key)] : [key, value],
  );
  return vocabularyOf(placed(pairs, fileName), fileName);
}

/** Puts each entry at its number. @throws VocabularyError for a number that is invalid, too large or given twice */
export function placed(pairs: readonly (readonly [unknown, unknown])[], fileName: string): (string | null)[] {
  const entries: (string | null)[] = [];
  for (const [entry, id] of pairs) {
    const isUsable =
      typeof entry === 'string' &&
      typeof id === 'number' &&
      Number.isInteger(id) &&
      id >= 0 &&
      id < LARGEST_VOCABULARY;
    if (!isUsable || (entries[id] ?? null) !== null) {
      throw new VocabularyError(
        `The vocabulary "${fileName}" gives ${shortened(JSON.stringify(entry))} the number ${shortened(JSON.stringify(id))}, which cannot be or is taken; choose the one that the model was trained with.`,
      );
    }
    while (entries.length < id) {
      entries.push(null);
    }
    entries[id] = entry;
  }
  return entries;
}

/** The characters of a text in their order, each once; or one per line, with `\n` and `\t` for the unprintable ones. */
export function characterText(text: string, fileName: string): Vocabulary {
  const lines = text.replace(/\r?\n$/, '').split(/\r?\n/);
  const oneEach = lines.map((line) => ({ '\\n': '\n', '\\t': '\t', '\\r': '\r' })[line] ?? line);
  if (lines.length > 1 && oneEach.every(isCharacter)) {
    return vocabularyOf(oneEach, fileName);
  }
  const characters = Array.from(text);
  // Editors end a file with a line break, which need not be one of the characters.
  if (characters.at(-1) === '\n' && characters.indexOf('\n') < characters.length - 1) {
    characters.pop();
  }
  return vocabularyOf(characters, fileName);
}

function vocabularyOf(entries: readonly (string | null)[], fileName: string): Vocabulary {
  const named = entries.filter((entry) => entry !== null);
  if (named.length < 2 || new Set(named).size < named.length) {
    throw new VocabularyError(
      `The vocabulary "${fileName}" ${named.length < 2 ? 'is empty' : 'has an entry twice'}; choose the one that the model was trained with.`,
    );
  }
  const find = (names: readonly string[]) => {
    const id = entries.findIndex((entry) => entry !== null && names.includes(entry));
    return id < 0 ? null : id;
  };
  const unknownId = find(UNKNOWN_ENTRIES);
  const paddingId = find(PADDING_ENTRIES) ?? (entries[0] === null ? 0 : null);
  const texts = entries.map((entry, id) => (id === unknownId || id === paddingId ? null : entry));
  const common = { size: entries.length, largestSize: entries.length, unknownId };
  if (texts.every((entry) => entry === null || isCharacter(entry))) {
    return { kind: 'characters', ...common, characters: texts, isLowerCase: false };
  }
  // TextVectorization's list begins so; by default it lowers case and strips punctuation.
  const isVectorization = entries[0] === '' && entries[1] === '[UNK]' && !texts.some(hasUpperCase);
  return {
    kind: 'words',
    ...common,
    words: texts,
    isLowerCase: isVectorization,
    filters: isVectorization ? STRIPPED : '',
    separator: ' ',
  };
}

/** Shortens a file's content for a message, as it may be as long as the file. */
export function shortened(text: string): string {
  return text.length <= LONGEST_SHOWN ? text : `${text.slice(0, LONGEST_SHOWN)}…`;
}

/** What is wrong in a file's content, and where. */
export function described(issue: v.BaseIssue<unknown>): string {
  const place = v.getDotPath(issue);
  return place === null ? issue.message : `${place}: ${issue.message}`;
}

export function isCharacter(entry: string): boolean {
  return Array.from(entry).length === 1;
}

function hasUpperCase(entry: string | null): boolean {
  return entry !== null && entry !== entry.toLowerCase();
}
