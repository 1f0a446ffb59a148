import type { Tokenizer } from '../tokenizer/tokenizer';

/** A sign within a word of a script that is written with spaces. */
const IN_WORD = /^(?:(?!\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana})[\p{L}\p{M}\p{N}_])$/u;

const tables = new WeakMap<Tokenizer, Uint8Array>();

/**
 * Which tokens go on with the word that `text` ends in: 1 for those [vocabSize]. Null where none can, because the text
 * ends in no word or in a script without spaces, where a word may end after any character.
 */
export function continuationTable(tokenizer: Tokenizer, text: string): Uint8Array | null {
  const [last = ''] = Array.from(text.slice(-2)).slice(-1);
  if (!IN_WORD.test(last)) {
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
  const [first = ''] = Array.from(tokenizer.decode([tokenId]));
  if (first === '\ufffd') {
    // Part of a character: two-byte characters are letters of alphabets with spaces, others most likely are not.
    const [byte] = tokenizer.tokenBytes(tokenId);
    return byte >= 0xc3 && byte < 0xe0;
  }
  return IN_WORD.test(first);
}
