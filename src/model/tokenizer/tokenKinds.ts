import type { Tokenizer } from './tokenizer';

/** Number of kinds that {@link tokenKinds} tells apart. */
export const TOKEN_KINDS = 8;

/**
 * By token, the kind of its last character: 0 a line break, or no character; 1 other white space; 2 Han; 3 a letter in a token that
 * starts with white space and so starts a word; 4 another letter; 5 a digit; 6 sentence punctuation; 7 anything else.
 */
export function tokenKinds(tokenizer: Tokenizer): Uint8Array {
  return Uint8Array.from({ length: tokenizer.vocabSize }, (_, tokenId) =>
    kindOf(tokenizer.decode([tokenId])),
  );
}

function kindOf(text: string): number {
  const last = Array.from(text).at(-1) ?? '\n';
  const patterns = [/\n/u, /\s/u, /\p{Script=Han}/u, /\p{L}/u, /\p{N}/u, /[.,;:!?。，；：！？、]/u];
  const kind = patterns.findIndex((pattern) => pattern.test(last));
  if (kind < 0) {
    return 7;
  }
  return kind < 3 ? kind : kind === 3 ? (/^\s/u.test(text) ? 3 : 4) : kind + 1;
}
