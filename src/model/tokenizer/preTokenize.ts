/**
 * Where a text may be cut into pieces that no token crosses. A token never spans a line break and text after it, so
 * line ends stay predictable; a space belongs to the word after it; `\section` is one piece; runs are capped, so that
 * the time to encode stays linear in the length of any text. The rule is stored in `tokenizer.json`.
 */
import { patternCut } from './patternCut';

const HAN = '㐀-䶿一-鿿';
export const PRE_TOKEN_PATTERN = [
  '(?:\\r?\\n){1,16}',
  ` ?\\\\?(?:(?![${HAN}])[\\p{L}\\p{M}]){1,32}(?:['’](?:(?![${HAN}])[\\p{L}\\p{M}]){1,8})?`,
  ` ?[${HAN}]{1,24}`,
  ' ?\\p{N}{1,3}',
  ' ?[^\\s\\p{L}\\p{M}\\p{N}\\\\]{1,32}',
  '\\\\{1,32}',
  '[^\\S\\r\\n]{1,64}(?!\\S)',
  '[^\\S\\r\\n]{1,64}(?=\\s)|[^\\S\\r\\n]{1,63}(?=[^\\S\\r\\n]\\S)|[^\\S\\r\\n]',
  '\\r',
].join('|');

/** The pieces of a text, in order; together they are the text. */
export const preTokens = patternCut([PRE_TOKEN_PATTERN]);
