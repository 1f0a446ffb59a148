/**
 * VS Code's word-based suggestions: the words of the open files that begin with what is typed, in a list of twelve rows. All
 * files of the workspace and the text before the cursor count as open. What the editor does is followed as far as a model of
 * it needs: words by its default pattern, the list opens at the first letter, items in the case typed come first and then the
 * alphabet decides (`editor.suggestSelection` "first").
 */
import { sampleStretches, type TypedText } from '../../src/model/evaluate/typedStretches';
import { seededRandom } from '../../src/model/generation/seededRandom';

/** `DEFAULT_WORD_REGEXP` of `vs/editor/common/core/wordHelper.ts`. */
const WORD = /(-?\d*\.\d\w*)|([^`~!@#%^&*()\-=+[{\]}\\|;:'",.<>/?\s]+)/g;
const ROWS = 12;

export interface WordListScore {
  readonly characters: number;
  /** 1 − keys / characters; accepting takes one key and one more for each row above. */
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

/** The fewest keys for a word: letters until it stands so high in the list that accepting it is shorter than typing on. */
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

/** The row of a word among those that begin with `prefix` in the case typed; null when it is not in sight. */
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
  // What is typed stands in the list only where it is a word of its own, which needs no completion.
  const start = words[low] === prefix ? low + 1 : low;
  const row = words.slice(start, start + ROWS).indexOf(word);
  return row < 0 ? null : row;
}
