import { PrefixIndex } from '../tokenizer/prefixIndex';
import { byteEncoder } from './byteEncoder';
import type { ForeignVocabulary } from './foreignModel';

/** In bytes, several times that of any vocabulary: each look at a longer one, which a hostile file may have, would take seconds. */
export const LONGEST_TOKEN = 4096;

/** A vocabulary whose encoder takes text: byte-pair encodings and the like, which can spell every text. */
interface TextVocabulary extends Partial<
  Pick<ForeignVocabulary, 'beginOfTextId' | 'endOfTextId' | 'unknownId' | 'documentPrefix'>
> {
  /** Bytes of each token by id; null for a token without text. */
  readonly tokens: readonly (Uint8Array | null)[];
  /** Adds no marks of begin and end. Where the tokens' bytes are not the text, the text counts as having no encoding. */
  readonly encode: (text: string) => ArrayLike<number>;
}

export function textVocabulary({
  tokens,
  encode,
  beginOfTextId = null,
  endOfTextId = null,
  unknownId = null,
  documentPrefix = '',
}: TextVocabulary): ForeignVocabulary {
  const isMark = (id: number) => id === beginOfTextId || id === endOfTextId;
  const isText = (bytes: Uint8Array) => bytes.length > 0 && bytes.length <= LONGEST_TOKEN;
  const texts = tokens.map((bytes, id) => (bytes !== null && !isMark(id) && isText(bytes) ? bytes : null));
  const index = new PrefixIndex(texts);
  return {
    tokens: texts,
    index,
    encode: byteEncoder(encode, index),
    beginOfTextId,
    endOfTextId,
    unknownId,
    unknownShare: 0,
    documentPrefix,
  };
}
