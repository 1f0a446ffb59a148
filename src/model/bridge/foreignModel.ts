import type { Expert } from '../expert';

/** How a model with tokens of its own reads a stretch of bytes. */
export interface Encoding {
  /** {@link UNKNOWN} where the vocabulary has nothing, not even a token that stands for the unknown. */
  readonly ids: ArrayLike<number>;
  /** [ids.length]; where each token ends, in bytes; the last is the stretch's length. */
  readonly ends: ArrayLike<number>;
}

/** In an {@link Encoding}: a piece that the model does not read at all. */
export const UNKNOWN = -1;

/** The tokens of a {@link ForeignModel}. */
export interface ForeignVocabulary {
  readonly size: number;
  /** Null for a token that is no text: the marks of a chat, padding, the unknown. */
  tokenBytes(id: number): Uint8Array | null;
  /**
   * The model's own encoding of a stretch that begins where a token may begin. It may end inside a word or a character. Null when
   * no text that begins so is encoded with a boundary at its end.
   */
  encode(bytes: Uint8Array): Encoding | null;
  /** Read before a document; null when the model begins with the text itself. */
  readonly beginOfTextId: number | null;
  readonly endOfTextId: number | null;
  /** Stands for what the vocabulary lacks. */
  readonly unknownId: number | null;
  /** Probability that the next piece is not in the vocabulary; it is the least where the model has an unknown token. 0 when it spells every text. */
  readonly unknownShare: number;
  /** What the encoding puts before a document's text, such as the space of SentencePiece; mostly nothing. */
  readonly documentPrefix: Uint8Array;
}

/**
 * A language model over its own tokens. Its expert may give probabilities to more tokens than the vocabulary names; those, and
 * the tokens without text, are taken out and the rest is made to sum to one.
 */
export interface ForeignModel<State = unknown> {
  readonly expert: Expert<State>;
  readonly vocabulary: ForeignVocabulary;
}
