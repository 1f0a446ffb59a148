import type { Expert } from '../expert';
import type { PrefixIndex } from '../tokenizer/prefixIndex';

/** How a model with tokens of its own reads a stretch of bytes. */
export interface Encoding {
  /** {@link UNKNOWN} where the vocabulary has no token, not even one for unknown text. */
  readonly ids: ArrayLike<number>;
  /** [ids.length]; where each token ends, in bytes; the last is the stretch's length. */
  readonly ends: ArrayLike<number>;
}

/** In an {@link Encoding}: a piece that the model does not read. */
export const UNKNOWN = -1;

/** The tokens of a {@link ForeignModel}. */
export interface ForeignVocabulary {
  /** Bytes by id; null for a token that is no text: the marks of a chat, padding, the unknown. */
  readonly tokens: readonly (Uint8Array | null)[];
  /** Of these tokens. */
  readonly index: PrefixIndex;
  /**
   * The model's own encoding of a stretch that begins at a token boundary. The stretch may end inside a word or a character. Null
   * when no text that begins with the stretch has a token boundary at its end.
   */
  encode(bytes: Uint8Array): Encoding | null;
  /** Read before a document; null when the model begins with the text itself. */
  readonly beginOfTextId: number | null;
  readonly endOfTextId: number | null;
  /** The token for text that the vocabulary lacks. */
  readonly unknownId: number | null;
  /** Least probability that the next piece is not in the vocabulary; 0 when the vocabulary can spell every text. */
  readonly unknownShare: number;
  /** What the encoding puts before a document's text, such as SentencePiece's space; usually nothing. */
  readonly documentPrefix: string;
}

/**
 * A language model over its own tokens. Its expert may give probabilities to more tokens than the vocabulary names; those and the
 * tokens without text are removed, and the rest is normalised.
 */
export interface ForeignModel<State = unknown> {
  readonly expert: Expert<State>;
  readonly vocabulary: ForeignVocabulary;
}
