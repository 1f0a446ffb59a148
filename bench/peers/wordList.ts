/**
 * VS Code's word-based suggestions: the words of the open files that begin with what is typed, in a list of twelve rows. All
 * files of the workspace and the text before the cursor count as open. The editor is modelled as far as needed: words follow
 * its default pattern, the list opens at the first letter, and items in the typed case come first, in alphabetical order
 * (`editor.suggestSelection` "first").
 */
import { sampleStretches, type TypedText } from '../../src/model/evaluate/typedStretches';
import { seededRandom } from '../../src/model/generation/seededRandom';

/** `DEFAULT_WORD_REGEXP` of `vs/editor/common/core/wordHelper.ts`. */
const WORD = /(-?\d*\.\d\w*)|([^`~!@#%^&*()\-=+[{\]}\\|;:'",.<>/?\s]+)/g;
const ROWS = 12;

export interface WordListScore {
  readonly characters: number;
  /** 1 − keys / characters; accepting takes one key, and one more for each row above the word. */
  readonly savedShare: number;
}

export function scoreWordList(
  train: readonly TypedText[],
  test: readonly TypedText[],
  { characters, seed }: { readonly characters: number; readonly seed: number },
): WordListScore {
  const known = new Set(train.flatMap(({ text }) => text.match(WORD) ?? []));
  let typed = 0;
  let keys = 0;
  for (const { file, from, to } of sampleStretches(test, characters, seededRandom(seed))) {
    const words = [...new Set([...known, ...(file.text.slice(0, from).match(WORD) ?? [])])].sort();
    let position = from;
    while (position < to) {
      const word = wordAt(file.text, position);
      const taken = word === null ? 1 : keysOfWord(words, word);
      const length = word === null ? 1 : word.length;
      keys += taken;
      typed += length;
      position += length;
    }
  }
  return { characters: typed, savedShare: 1 - keys / typed };
}

/** The word that begins at an offset, or null. */
function wordAt(text: string, offset: number): string | null {
  const pattern = new RegExp(WORD, 'y');
  pattern.lastIndex = offset;
  return pattern.exec(text)?.[0] ?? null;
}

/** The fewest keys for a word: typing it whole, or its first letters and then accepting it from the list. */
function keysOfWord(words: readonly string[], word: string): number {
  let fewest = word.length;
  for (let typed = 1; typed < word.length; typed++) {
    const row = rowOf(words, word.slice(0, typed), word);
    if (row !== null) {
      fewest = Math.min(fewest, typed + row + 1);
    }
  }
  return fewest;
}

/** The row of a word among those that begin with `prefix` in the typed case; null when it is not among the visible rows. */
function rowOf(words: readonly string[], prefix: string, word: string): number | null {
  let low = 0;
  let high = words.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (words[middle] < prefix) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  // The prefix itself may be a word of the list, which needs no completion.
  const start = words[low] === prefix ? low + 1 : low;
  const row = words.slice(start, start + ROWS).indexOf(word);
  return row < 0 ? null : row;
}
