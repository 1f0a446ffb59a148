import type { Tokenizer } from '../tokenizer/tokenizer';
import { firstCharacter, isInSpacedWord, lastCharacter } from './wordCharacters';

/**
 * First bytes in UTF-8 of characters that are mostly letters of scripts with spaces: from two bytes Latin to Arabic, from three those
 * of India, Georgian and the letters of Vietnamese, and Hangul. Between them are punctuation, signs, Kana and Han.
 */
const LETTERS_START = [
  [0xc3, 0xdf],
  [0xe0, 0xe1],
  [0xea, 0xed],
] as const;

const tables = new WeakMap<Tokenizer, Uint8Array>();

/**
 * By token id [vocabSize], 1 for the tokens that continue the word that `text` ends in. Null when none can, because `text` does
 * not end in a word, or ends in a script without spaces, where a word may end after any character.
 */
export function continuationTable(tokenizer: Tokenizer, text: string): Uint8Array | null {
  if (!isInSpacedWord(lastCharacter(text))) {
    return null;
  }
  let table = tables.get(tokenizer);
  if (table === undefined) {
    table = Uint8Array.from({ length: tokenizer.vocabSize }, (_, id) =>
      startsInWord(tokenizer, id) ? 1 : 0,
    );
    tables.set(tokenizer, table);
  }
  return table;
}

function startsInWord(tokenizer: Tokenizer, tokenId: number): boolean {
  const first = firstCharacter(tokenizer.decode([tokenId]));
  if (first === '\ufffd') {
    const [byte] = tokenizer.tokenBytes(tokenId);
    return LETTERS_START.some(([from, to]) => from <= byte && byte <= to);
  }
  return isInSpacedWord(first);
}
