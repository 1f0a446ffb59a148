import type { Tokenizer } from '../tokenizer/tokenizer';

/** Where the rules that split a text before it is encoded look ahead: `\t\t` is one piece, but two before a word; so is ` \`, but one. */
const LOOKS_AHEAD = /[\s\\'’]$/u;
/** Of N'Ko, a script so rare that no token joins it with what stands before it. */
const LETTER = '\u07ca';
const LETTER_BYTES = 2;

/** The tokens of a text if a letter follows it, where those may be others than its own; null elsewhere. */
export function tokensBeforeLetter(tokenizer: Tokenizer, text: string): number[] | null {
  if (!LOOKS_AHEAD.test(text)) {
    return null;
  }
  const tokens = Array.from(tokenizer.encode(text + LETTER));
  let taken = 0;
  while (taken < LETTER_BYTES) {
    taken += tokenizer.tokenBytes(tokens.pop()!).length;
  }
  return taken === LETTER_BYTES ? tokens : null;
}
