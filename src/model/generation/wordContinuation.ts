import type { Tokenizer } from '../tokenizer/tokenizer';
import { firstCharacter, lastCharacter } from './wordCharacters';

/** A character of a word in a script that is written with spaces. */
const IN_WORD = /^(?:(?!\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana})[\p{L}\p{M}\p{N}_])$/u;

const tables = new WeakMap<Tokenizer, Uint8Array>();

/**
 * By token id [vocabSize], 1 for the tokens that continue the word that `text` ends in. Null when none can, because `text` does
 * not end in a word, or ends in a script without spaces, where a word may end after any character.
 */
export function continuationTable(tokenizer: Tokenizer, text: string): Uint8Array | null {
  if (!IN_WORD.test(lastCharacter(text))) {
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
    // Part of a character: two-byte characters are mostly letters of alphabets with spaces, longer ones mostly are not.
    const [byte] = tokenizer.tokenBytes(tokenId);
    return byte >= 0xc3 && byte < 0xe0;
  }
  return IN_WORD.test(first);
}
